import { validation } from "../errors.ts";
import type { Query } from "../math/queries.ts";
import { runQueries } from "../math/run.ts";
import type { Point } from "../periods.ts";
import type { MetricStore } from "../store.ts";
import type { AlarmDefinition } from "./definition.ts";
import { EXTRA_PERIODS, type Slot } from "./evaluate.ts";

/** Milliseconds between evaluations, as on AWS. */
export function intervalOf({ period }: AlarmDefinition): number {
  return period < 60 ? 10_000 : 60_000;
}

/** The last full minute, or ten seconds: where the latest period ends. */
export function boundary(definition: AlarmDefinition, now: number): number {
  const interval = intervalOf(definition);
  return Math.floor(now / interval) * interval;
}

/** The alarm's evaluation range: its last whole periods, oldest first, with their data. */
export function slotsOf(store: MetricStore, definition: AlarmDefinition, now: number): Slot[] {
  const period = definition.period * 1000;
  const to = boundary(definition, now);
  const count = definition.evaluationPeriods + EXTRA_PERIODS;
  const from = to - count * period;
  const points = new Map(watchedPoints(store, definition, { from, to, now }).map((point) => [point.at, point]));
  return Array.from({ length: count }, (_, index) => {
    const at = from + index * period;
    const point = points.get(at);
    return { at, ...(point ? { point } : {}) };
  });
}

/** @throws ValidationError when what the alarm watches is not one time series. */
export function watchedPoints(
  store: MetricStore,
  { watches }: AlarmDefinition,
  range: { from: number; to: number; now: number },
): Point[] {
  const queries: readonly Query[] =
    "stat" in watches ? [{ id: "m", label: undefined, returnData: true, stat: watches.stat }] : watches.queries;
  const results = runQueries({ store, exact: true, ...range }, queries);
  const [returned, ...more] = results.filter(({ query }) => query.returnData);
  if (!returned || more.length > 0) throw validation("An alarm's expression must return a single time series.");
  return returned.points;
}
