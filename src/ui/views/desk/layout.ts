import stringWidth from "string-width";
import type { DeadLetterShown } from "../../../contract/operations/dlq.ts";
import { attributeRows, letterRows, prettyBody } from "../../letters.ts";
import { printable } from "../../printable.ts";

/** Columns and rows of the three panes. */
export interface Layout {
  widths: [number, number, number];
  /** Rows of a pane, its title not counted. */
  rows: number;
}

/** Narrow terminals get what an id and a count need; wide ones give the letter most. */
const NARROW = 110;

export const isNarrow = (columns: number) => columns < NARROW;

/** @param around rows above and below the panes. */
export function layoutFor(columns: number, rows: number, around: number): Layout {
  const width = Math.max(40, columns);
  const [groups, letters] = isNarrow(width) ? [24, 22] : [Math.floor(width * 0.26), Math.floor(width * 0.28)];
  return { widths: [groups, letters, width - groups - letters], rows: Math.max(3, rows - around) };
}

/** @returns which rows of a list are seen, so that the cursor is among them. */
export function windowOf(cursor: number, count: number, rows: number): { from: number; to: number } {
  const from = Math.max(0, Math.min(cursor - Math.floor(rows / 2), count - rows));
  return { from, to: Math.min(count, from + rows) };
}

/** @returns a letter as lines of at most so many columns. */
export function letterLines(letter: DeadLetterShown, width: number): string[] {
  const rows = letterRows(letter).map(([name = "", ...rest]) => `${name}: ${rest.join(" ")}`);
  const attributes = attributeRows(letter).map(([name, type, value]) => `${name} (${type}): ${value}`);
  const text = [...rows, ...attributes, "", prettyBody(letter.body, true)].join("\n");
  return printable(text)
    .split("\n")
    .flatMap((line) => wrap(line, Math.max(10, width)));
}

/** Breaks at a space where one is near the end of the line, else where the line is full. */
function wrap(line: string, width: number): string[] {
  if (stringWidth(line) <= width) return [line];
  const lines: string[] = [];
  let part = "";
  for (const { segment } of new Intl.Segmenter().segment(line)) {
    if (stringWidth(part + segment) > width) {
      const space = part.lastIndexOf(" ");
      const cut = space > part.length / 2 && segment !== " " ? space + 1 : part.length;
      lines.push(part.slice(0, cut).trimEnd());
      part = part.slice(cut);
    }
    part += segment;
  }
  return [...lines, part];
}
