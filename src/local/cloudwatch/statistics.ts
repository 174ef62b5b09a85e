import type { Bucket } from "./bucket.ts";

/** A statistic by AWS's name: how it is taken from a bucket's samples. */
export interface Statistic {
  name: string;
  /** It is made of single values, which merging may otherwise leave out. */
  needsValues: boolean;
  /** @returns undefined when the samples do not allow it. */
  of(bucket: Bucket): number | undefined;
}

export const SIMPLE_STATISTICS = ["SampleCount", "Average", "Sum", "Minimum", "Maximum"] as const;
export type SimpleStatistic = (typeof SIMPLE_STATISTICS)[number];

const simple: Readonly<Record<SimpleStatistic, (bucket: Bucket) => number>> = {
  SampleCount: ({ count }) => count,
  Average: ({ sum, count }) => sum / count,
  Sum: ({ sum }) => sum,
  Minimum: ({ min }) => min,
  Maximum: ({ max }) => max,
};

const PERCENTILE = /^(p|tm)(\d{1,3}(?:\.\d{1,10})?)$/;
/** What CloudWatch has besides: trimmed counts and sums, winsorized means, percentile ranks, ranges of them all. */
const ELSEWHERE = /^(?:(?:tm|tc|ts|wm|pr|p)\d|(?:TM|TC|TS|WM|PR)\(|IQM$)/;

/** @returns the statistic; `elsewhere` when only CloudWatch itself offers it; undefined when there is none of that name. */
export function parseStatistic(name: string): Statistic | "elsewhere" | undefined {
  const known = SIMPLE_STATISTICS.find((item) => item === name);
  if (known) return { name, needsValues: false, of: simple[known] };
  const match = PERCENTILE.exec(name);
  const percent = Number(match?.[2]);
  if (match && percent <= 100) {
    const compute = match[1] === "p" ? percentile : trimmedMean;
    return {
      name,
      needsValues: true,
      of: (bucket) => (allows(bucket) ? within(bucket, compute(sorted(bucket), percent)) : undefined),
    };
  }
  return !match && ELSEWHERE.test(name) ? "elsewhere" : undefined;
}

/** As AWS documents it: no percentiles over negative values, nor over statistic sets. */
function allows({ opaque, min, count }: Bucket): boolean {
  return count > 0 && opaque === 0 && min >= 0;
}

/** Where values share one, it may lie beyond the extremes, which are known exactly. */
function within({ min, max }: Bucket, value: number): number {
  return Math.min(max, Math.max(min, value));
}

type Weighted = readonly (readonly [value: number, times: number])[];

function sorted(bucket: Bucket): Weighted {
  return [...bucket.values()].sort(([a], [b]) => a - b);
}

/** Between the two samples nearest to the rank, in proportion: with a count of 1 each, what numpy calls `linear`. */
function percentile(samples: Weighted, percent: number): number {
  const total = samples.reduce((sum, [, times]) => sum + times, 0);
  const rank = Math.max(0, (percent / 100) * (total - 1));
  const lower = valueAt(samples, Math.floor(rank));
  const fraction = rank - Math.floor(rank);
  if (fraction === 0) return lower;
  const upper = valueAt(samples, Math.ceil(rank));
  return lower + (upper - lower) * fraction;
}

function valueAt(samples: Weighted, index: number): number {
  let seen = 0;
  for (const [value, times] of samples) {
    seen += times;
    if (index < seen) return value;
  }
  return samples.at(-1)?.[0] ?? 0;
}

/** The mean of the lowest `percent` of the samples. */
function trimmedMean(samples: Weighted, percent: number): number {
  const total = samples.reduce((sum, [, times]) => sum + times, 0);
  const kept = (percent / 100) * total;
  let left = kept;
  let sum = 0;
  for (const [value, times] of samples) {
    const taken = Math.min(times, left);
    sum += value * taken;
    left -= taken;
    if (left <= 0) break;
  }
  return kept > 0 ? sum / kept : (samples[0]?.[0] ?? 0);
}
