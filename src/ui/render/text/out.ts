import { printable } from "../../printable.ts";
import { type Io, isTerminal } from "../io.ts";

/** Where plain text goes: results to stdout, everything else to stderr. */
export interface TextOut {
  /** Whether results are read by a person, at once. */
  terminal: boolean;
  /** Whether results may have colours. */
  color: boolean;
  line(text: string): void;
  result(text: string): void;
  /** A result of which every part is fit for a screen already, colours between them. */
  painted(text: string): void;
}

export function createTextOut(io: Io): TextOut {
  const ended = (text: string) => (text.endsWith("\n") ? text : `${text}\n`);
  const terminal = isTerminal(io.stdout);
  return {
    terminal,
    color: terminal && io.color && !io.plain,
    line: (text) => void io.stderr.write(ended(printable(text))),
    // A file or a program gets a result as it is; on a screen it is data all the same.
    result: (text) => void io.stdout.write(ended(terminal ? printable(text) : text)),
    painted: (text) => void io.stdout.write(ended(text)),
  };
}

/** Tells one event; made anew for each run, so that it may remember. */
export type TextRenderer<Event> = (out: TextOut, now: () => number) => (event: Event) => void;

/** @returns columns padded to their widest cell, a line each: a line break within a cell would look like another row. */
export function table(texts: readonly (readonly string[])[]): string {
  const rows = texts.map((row) => row.map((cell) => printable(cell).replaceAll(/\s*\n\s*/g, " ")));
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, cell.length)));
  return rows
    .map((row) =>
      row
        .map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
