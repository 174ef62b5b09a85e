import { styleText } from "node:util";
import { useStdout } from "ink";
import { useEffect, useRef } from "react";
import { printable } from "../printable.ts";
import type { FinishedLine } from "../scrollback.ts";
import { GLYPHS, TONE_STYLES } from "../theme.ts";
import { useColors } from "./color.tsx";

/**
 * Writes each line once above the live part. Ink's own `Static` keeps every item for ever; this one lets the state forget.
 */
export function Scrollback({ lines }: { lines: FinishedLine[] }) {
  const { write } = useStdout();
  const colors = useColors();
  const written = useRef(0);
  useEffect(() => {
    const fresh = lines.filter(({ id }) => id > written.current);
    if (fresh.length === 0) return;
    written.current = fresh.at(-1)?.id ?? written.current;
    write(fresh.map((line) => `${format(line, colors)}\n`).join(""));
  }, [lines, write, colors]);
  return null;
}

function format({ tone, time, text }: FinishedLine, colors: boolean): string {
  const clean = printable(text);
  const paint = (style: Parameters<typeof styleText>[0], part: string) =>
    colors ? styleText(style, part, { validateStream: false }) : part;
  return `${time ? `${paint("dim", time)} ` : ""}${tone ? `${paint(TONE_STYLES[tone], GLYPHS[tone])} ` : ""}${clean}`;
}
