/** CloudWatch rejects values outside of ±2^360. */
const LARGEST = 2 ** 360;

/** @returns whether CloudWatch takes a number as a sample: not NaN, not infinite, not too large. */
export function isSample(value: number): boolean {
  return Math.abs(value) <= LARGEST;
}

const HOUR_MS = 3_600_000;

/** @returns whether CloudWatch takes a sample of that time: two weeks old at most, two hours ahead at most. */
export function isTimely(at: number, now: number): boolean {
  return at >= now - 14 * 24 * HOUR_MS && at <= now + 2 * HOUR_MS;
}

export const MAX_VALUES = 150;
export const MAX_METRICS = 1000;
export const MAX_QUERIES = 500;
export const MAX_QUERIES_OF_ALARM = 20;
export const MAX_DATAPOINTS = 100_800;
export const MAX_STATISTICS_DATAPOINTS = 1440;
export const MAX_LISTED_METRICS = 500;
export const MAX_TAGS = 50;
export const MAX_ALARM_NAMES = 100;
