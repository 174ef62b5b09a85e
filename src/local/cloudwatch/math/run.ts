import type { Unit } from "../metric.ts";
import { alignedStart, periodsOf, type Point, pointsOf } from "../periods.ts";
import type { MetricStore } from "../store.ts";
import { evaluate } from "./evaluate.ts";
import { expressionError } from "./parse.ts";
import type { MetricStat, Query } from "./queries.ts";
import type { TimeSeries, Value } from "./values.ts";

/** Where and when queries look. `to` is exclusive; epoch milliseconds. */
export interface QueryRange {
  store: MetricStore;
  now: number;
  from: number;
  to: number;
  /** Periods start exactly at `from`; else it is rounded as GetMetricData rounds. */
  exact?: boolean;
}

export interface Result {
  query: Query;
  /** In order. */
  points: Point[];
  /** Units there are data in, where the query names none; the first is shown. */
  units: Unit[];
  /** Which of several series of one expression it is. */
  of?: string;
}

/** Runs every query, each once however many expressions use it. An expression over arrays has several results. */
export function runQueries(range: QueryRange, queries: readonly Query[]): Result[] {
  const stats = new Map<string, Result>();
  const values = new Map<string, Value>();
  const running = new Set<string>();
  const byId = new Map(queries.map((query) => [query.id, query]));

  const statResult = (query: Query, stat: MetricStat): Result => {
    let result = stats.get(query.id);
    if (!result) stats.set(query.id, (result = { query, ...runStat(range, stat) }));
    return result;
  };

  const valueOf = (id: string): Value | undefined => {
    const query = byId.get(id);
    if (!query) return undefined;
    let value = values.get(id);
    if (value !== undefined) return value;
    if (running.has(id)) throw expressionError(id, "It refers to itself.");
    running.add(id);
    value = query.stat ? toSeries(query.id, query.stat, statResult(query, query.stat)) : expressionValue(query);
    running.delete(id);
    values.set(id, value);
    return value;
  };

  const expressionValue = (query: Query): Value => {
    if (!query.expression) return [];
    return evaluate(query.expression, {
      id: query.id,
      lookup: valueOf,
      metrics: (containing = "") =>
        queries.flatMap((other) =>
          other.stat && other.id.includes(containing)
            ? [toSeries(other.id, other.stat, statResult(other, other.stat))]
            : [],
        ),
      range: (period) => ({ from: startOf(range, period / 1000), to: range.to }),
    });
  };

  return queries.flatMap((query) => {
    if (query.stat) return [statResult(query, query.stat)];
    const value = valueOf(query.id) ?? [];
    if (typeof value === "number") {
      if (!query.returnData) return [];
      throw expressionError(query.id, "The result must be a time series, and is a number.");
    }
    const all = Array.isArray(value) ? value : [value];
    return all.map((series) => toResult(query, series, all.length > 1));
  });
}

function startOf({ from, now, exact }: QueryRange, periodSeconds: number): number {
  return exact ? from : alignedStart(from, now, periodSeconds);
}

function runStat(range: QueryRange, { metric, period, statistic, unit }: MetricStat): Omit<Result, "query"> {
  const byUnit = periodsOf(range.store, {
    metric,
    unit,
    periodSeconds: period,
    from: startOf(range, period),
    to: range.to,
    withValues: statistic.needsValues,
  });
  const units = [...byUnit.keys()].sort();
  const [shown] = units;
  return { points: shown === undefined ? [] : pointsOf(byUnit.get(shown) ?? [], statistic), units };
}

function toSeries(name: string, stat: MetricStat, { points }: Result): TimeSeries {
  return { name, period: stat.period * 1000, points: new Map(points.map(({ at, value }) => [at, value])) };
}

function toResult(query: Query, series: TimeSeries, several: boolean): Result {
  const points = [...series.points].map(([at, value]) => ({ at, value }));
  return { query, points, units: [], ...(several ? { of: series.name } : {}) };
}
