import { Box, useInput } from "ink";
import { Text } from "./Text.tsx";
import { useRef, useState } from "react";
import { GLYPHS } from "../theme.ts";
import { useColor } from "./color.tsx";

export interface Choice {
  value: string;
  label: string;
  hint?: string;
}

interface SelectProps {
  message: string;
  choices: Choice[];
  initial?: string | undefined;
  onSubmit(value: string): void;
}

/** One of several: arrows or j and k move, Enter takes, a digit takes at once. */
export function Select({ message, choices, initial, onSubmit }: SelectProps) {
  const color = useColor();
  const [index, setIndex] = useState(() =>
    Math.max(
      0,
      choices.findIndex((choice) => choice.value === initial),
    ),
  );
  // Keys may come faster than frames are drawn.
  const chosen = useRef(index);
  const move = (by: number) => {
    chosen.current = (chosen.current + by + choices.length) % choices.length;
    setIndex(chosen.current);
  };
  useInput((input, key) => {
    const digit = choices[Number(input) - 1];
    if (key.upArrow || input === "k") move(-1);
    else if (key.downArrow || input === "j") move(1);
    else if (digit) onSubmit(digit.value);
    else if (key.return) onSubmit(choices[chosen.current]?.value ?? "");
  });
  const width = Math.max(...choices.map((choice) => choice.label.length));
  return (
    <Box flexDirection="column">
      <Text>
        <Text {...color("cyan")}>?</Text> <Text bold>{message}</Text>
      </Text>
      {choices.map((choice, at) => (
        <Box key={choice.value}>
          <Box width={width + 4} flexShrink={0}>
            <Text {...(at === index ? color("cyan") : {})}>
              {at === index ? GLYPHS.pointer : " "} {choice.label}
            </Text>
          </Box>
          {choice.hint ? <Text dimColor>{choice.hint}</Text> : null}
        </Box>
      ))}
      <Text dimColor>↑↓ move · enter choose · esc leave</Text>
    </Box>
  );
}
