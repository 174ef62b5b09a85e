import { Box, useInput, usePaste } from "ink";
import { Text } from "./Text.tsx";
import { useRef, useState } from "react";
import { GLYPHS } from "../theme.ts";
import { useColor } from "./color.tsx";

interface TextInputProps {
  message: string;
  initial?: string;
  /** Shows how much was typed, and not what. */
  hidden?: boolean;
  /** @returns what is wrong, or undefined. */
  validate?: ((value: string) => string | undefined) | undefined;
  onSubmit(value: string): void;
}

/** One line of text. Enter takes it, or the initial value when nothing was typed. */
export function TextInput({ message, initial = "", hidden = false, validate, onSubmit }: TextInputProps) {
  const color = useColor();
  const [value, setValue] = useState("");
  const [problem, setProblem] = useState<string>();
  // Keys may come faster than frames are drawn: what was typed is not what was drawn last.
  const typed = useRef("");
  const change = (text: string) => {
    typed.current = text;
    setProblem(undefined);
    setValue(text);
  };
  const insert = (text: string) => change(typed.current + text.replaceAll(/[\r\n\t]+/g, " "));
  const submit = () => {
    const answer = typed.current === "" ? initial : typed.current;
    const wrong = validate?.(answer);
    if (wrong) setProblem(wrong);
    else onSubmit(answer);
  };
  usePaste(insert);
  useInput((input, key) => {
    if (key.return) submit();
    else if (key.backspace || key.delete) change(Array.from(typed.current).slice(0, -1).join(""));
    else if (!key.ctrl && !key.meta && input) {
      // A fast typist's or a script's Enter may come in one piece with the text before it.
      const [line = "", ...rest] = input.split(/[\r\n]/);
      insert(line);
      if (rest.length > 0) submit();
    }
  });
  const shown = hidden ? "•".repeat(Array.from(value).length) : value;
  return (
    <Box flexDirection="column">
      <Text>
        <Text {...color("cyan")}>?</Text> <Text bold>{message}</Text> {shown || <Text dimColor>{initial}</Text>}
        <Text inverse> </Text>
      </Text>
      {problem ? (
        <Text {...color("red")}>
          {GLYPHS.fail} {problem}
        </Text>
      ) : null}
    </Box>
  );
}
