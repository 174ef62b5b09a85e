import { Bucket } from "./bucket.ts";
import type { Metric, Unit } from "./metric.ts";
import type { Statistic } from "./statistics.ts";
import type { MetricStore } from "./store.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** @returns whether CloudWatch aggregates over this many seconds. */
export function isPeriod(seconds: number): boolean {
  return [1, 5, 10, 20, 30].includes(seconds) || (seconds > 0 && seconds % 60 === 0);
}

/**
 * @returns where the periods of a query start, epoch milliseconds: the older the start, the coarser it is rounded down.
 * Source: StartTime in the API reference of GetMetricData.
 */
export function alignedStart(start: number, now: number, periodSeconds: number): number {
  const age = now - start;
  const step = periodSeconds < 60 ? periodSeconds * 1000 : MINUTE_MS;
  const rounding = age > 63 * DAY_MS ? 60 * MINUTE_MS : age > 15 * DAY_MS ? 5 * MINUTE_MS : step;
  return Math.floor(start / rounding) * rounding;
}

/** The samples of a period in one unit. */
export interface Period {
  /** Start, epoch milliseconds. */
  at: number;
  bucket: Bucket;
}

/** A metric's periods that have data, by unit, in order. `from` must be aligned; `to` is exclusive. */
export function periodsOf(
  store: MetricStore,
  query: {
    metric: Metric;
    unit?: Unit | undefined;
    periodSeconds: number;
    from: number;
    to: number;
    withValues: boolean;
  },
): Map<Unit, Period[]> {
  const period = query.periodSeconds * 1000;
  const units = new Map<Unit, Period[]>();
  for (const { at, unit, bucket } of store.read(query.metric, query.from, query.to)) {
    if (query.unit !== undefined && unit !== query.unit) continue;
    const start = query.from + Math.floor((at - query.from) / period) * period;
    let periods = units.get(unit);
    if (!periods) units.set(unit, (periods = []));
    let last = periods.at(-1);
    if (last?.at !== start) periods.push((last = { at: start, bucket: new Bucket() }));
    last.bucket.merge(bucket, query.withValues);
  }
  return units;
}

/** A value in time; `samples` is how many it is made of. */
export interface Point {
  /** Start of its period, epoch milliseconds. */
  at: number;
  value: number;
  samples?: number;
}

/** One statistic of periods; those that do not allow it are left out. */
export function pointsOf(periods: readonly Period[], statistic: Statistic): Point[] {
  return periods.flatMap(({ at, bucket }) => {
    const value = statistic.of(bucket);
    return value === undefined ? [] : [{ at, value, samples: bucket.count }];
  });
}
