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
    // Enter may come in one piece with the letter, as scripts and terminals send it.
    const letter = input.trimEnd().toLowerCase();
    if (letter === "y") onSubmit(true);
    else if (letter === "n") onSubmit(false);
    else if (key.return || (input !== "" && letter === "")) onSubmit(initial);
  });
  return (
    <Text>
      <Text {...color("cyan")}>?</Text> <Text bold>{message}</Text> <Text dimColor>{initial ? "(Y/n)" : "(y/N)"}</Text>
    </Text>
  );
}
