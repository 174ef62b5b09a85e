import type { BatchSummary, Percentiles } from "../../contract/operations/batch.ts";

/** @returns nearest-rank percentiles; undefined of nothing. */
export function percentiles(values: readonly number[]): Percentiles | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { p50: rank(0.5), p95: rank(0.95), max: rank(1) };
}

/** Counts failures by cause. */
export function createCauses() {
  const causes = new Map<string, BatchSummary["causes"][number]>();
  return {
    add(cause: string, message: string, example: string) {
      const known = causes.get(cause);
      if (known) known.count++;
      else causes.set(cause, { cause, message, count: 1, example });
    },
    /** The most frequent first. */
    list: () => [...causes.values()].toSorted((a, b) => b.count - a.count),
  };
}
