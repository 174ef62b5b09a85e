import type { Tone } from "./theme.ts";

/** A finished line: written out once above what is live, and then the terminal's own. */
export interface FinishedLine {
  /** Grows by one with every line of a screen. */
  id: number;
  /** Absent: the line stands without a sign, as a block's further lines do. */
  tone?: Tone;
  /** `14:03:22`, where a screen shows times. */
  time?: string;
  text: string;
}

/** Lines kept: far more than any frame brings, so that none is dropped before it was written. */
const KEPT = 2000;

/** @returns the lines with one more; old ones that were written out leave, so that memory stays flat. */
export function addLine(lines: FinishedLine[], tone: Tone | undefined, text: string, time?: string): FinishedLine[] {
  const id = (lines.at(-1)?.id ?? 0) + 1;
  const kept = lines.length >= 2 * KEPT ? lines.slice(-KEPT) : lines;
  return [...kept, { id, text, ...(tone ? { tone } : {}), ...(time === undefined ? {} : { time }) }];
}
