import { useInput } from "ink";
import { Text } from "./Text.tsx";
import { useColor } from "./color.tsx";

interface ConfirmProps {
  message: string;
  /** What Enter means. */
  initial?: boolean | undefined;
  onSubmit(value: boolean): void;
}

/** Yes or no. */
export function Confirm({ message, initial = false, onSubmit }: ConfirmProps) {
  const color = useColor();
  useInput((input, key) => {
    if (key.return) onSubmit(initial);
    else if (input === "y" || input === "Y") onSubmit(true);
    else if (input === "n" || input === "N") onSubmit(false);
  });
  return (
    <Text>
      <Text {...color("cyan")}>?</Text> <Text bold>{message}</Text> <Text dimColor>{initial ? "(Y/n)" : "(y/N)"}</Text>
    </Text>
  );
}
