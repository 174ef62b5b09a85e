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
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { runs: sorted.length, median: at(0.5), p95: at(0.95), min: at(0.001), max: at(1) };
}

/** @returns `41 (38-60)`: median, lowest and highest. */
export function formatSeries({ median, min, max }: Series, digits = 0): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}-${max.toFixed(digits)})`;
}
