import { Box, Text, useInput, usePaste } from "ink";
import { useState } from "react";
import { GLYPHS } from "../theme.ts";
import { useColor } from "./color.tsx";

interface TextInputProps {
  message: string;
  initial?: string;
  /** @returns what is wrong, or undefined. */
  validate?: ((value: string) => string | undefined) | undefined;
  onSubmit(value: string): void;
}

/** One line of text. Enter takes it, or the initial value when nothing was typed. */
export function TextInput({ message, initial = "", validate, onSubmit }: TextInputProps) {
  const color = useColor();
  const [value, setValue] = useState("");
  const [problem, setProblem] = useState<string>();
  const insert = (text: string) => {
    setProblem(undefined);
    setValue((before) => before + text.replaceAll(/[\r\n\t]+/g, " "));
  };
  usePaste(insert);
  useInput((input, key) => {
    if (key.return) {
      const answer = value === "" ? initial : value;
      const wrong = validate?.(answer);
      if (wrong) setProblem(wrong);
      else onSubmit(answer);
    } else if (key.backspace || key.delete) {
      setProblem(undefined);
      setValue((before) => Array.from(before).slice(0, -1).join(""));
    } else if (!key.ctrl && !key.meta && input) {
      insert(input);
    }
  });
  return (
    <Box flexDirection="column">
      <Text>
        <Text {...color("cyan")}>?</Text> <Text bold>{message}</Text> {value || <Text dimColor>{initial}</Text>}
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
