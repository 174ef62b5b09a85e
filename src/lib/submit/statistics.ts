import type { BatchCause, Percentiles } from "../../contract/operations/batch.ts";

/** @returns nearest-rank percentiles; undefined of nothing. */
export function percentiles(values: readonly number[]): Percentiles | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { p50: rank(0.5), p95: rank(0.95), max: rank(1) };
}

/** Lines a cause names. */
const MAX_LINES = 100;

/** Counts failures by cause: equal code, and a message that is equal but for numbers and ids. */
export function createCauses() {
  const causes = new Map<string, BatchCause>();
  return {
    add(cause: string, message: string, example: string, line: number) {
      const key = `${cause} ${shapeOf(message)}`;
      const known = causes.get(key);
      if (!known) return void causes.set(key, { cause, message, count: 1, example, lines: [line] });
      known.count++;
      if (known.lines.length < MAX_LINES) known.lines.push(line);
    },
    /** The most frequent first. Lines end in any order, and are listed in the file's. */
    list: () =>
      [...causes.values()]
        .map((cause) => ({ ...cause, lines: cause.lines.toSorted((a, b) => a - b) }))
        .toSorted((a, b) => b.count - a.count || (a.lines[0] ?? 0) - (b.lines[0] ?? 0)),
  };
}

/** @returns the message without what differs from one task to the next. */
function shapeOf(message: string): string {
  return message.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d[\d,.]*/gi, "#");
}
