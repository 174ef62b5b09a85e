/** What a series of measurements says: always with its spread, since machines are shared and noisy. */
export interface Series {
  runs: number;
  median: number;
  p95: number;
  min: number;
  max: number;
}

/** @throws RangeError for an empty series: a figure nobody measured must not be printed. */
export function summarise(values: number[]): Series {
  if (values.length === 0) throw new RangeError("No measurements.");
  return {
    runs: values.length,
    median: percentile(values, 0.5),
    p95: percentile(values, 0.95),
    min: Math.min(...values),
    max: Math.max(...values),
  };
}

/** @param share in (0, 1]. @returns the nearest-rank percentile. */
export function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new RangeError("No measurements.");
  return value;
}

/** @returns `41 (38-60)`: median, lowest and highest. */
export function formatSeries({ median, min, max }: Pick<Series, "median" | "min" | "max">, digits = 0): string {
  const format = (value: number) =>
    value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${format(median)} (${format(min)}-${format(max)})`;
}
