import { useAnimation } from "ink";
import { Text } from "./Text.tsx";
import { GLYPHS, TONE_STYLES } from "../theme.ts";
import { useColor } from "./color.tsx";

/** Turns while work goes on. Ink drives all animations by one timer. */
export function Spinner() {
  const color = useColor();
  const { frame } = useAnimation({ interval: 80 });
  return <Text {...color(TONE_STYLES.wait)}>{GLYPHS.spinner[frame % GLYPHS.spinner.length]}</Text>;
}
