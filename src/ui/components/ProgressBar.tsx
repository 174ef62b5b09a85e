import { Text } from "./Text.tsx";
import { GLYPHS, TONE_STYLES } from "../theme.ts";
import { useColor } from "./color.tsx";

/** @param share from 0 to 1. @param width in columns. */
export function ProgressBar({ share, width = 24 }: { share: number; width?: number }) {
  const color = useColor();
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return (
    <Text>
      <Text {...color(TONE_STYLES.ok)}>{GLYPHS.barFull.repeat(full)}</Text>
      <Text dimColor>{GLYPHS.barEmpty.repeat(width - full)}</Text>
    </Text>
  );
}
