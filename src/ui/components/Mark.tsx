import { Text } from "./Text.tsx";
import { GLYPHS, TONE_STYLES, type Tone } from "../theme.ts";
import { useColor } from "./color.tsx";

/** The sign before a line. */
export function Mark({ tone }: { tone: Tone }) {
  const color = useColor();
  return <Text {...color(TONE_STYLES[tone])}>{GLYPHS[tone]}</Text>;
}
