import type { LocalContext } from "../../context.ts";
import type { FunctionMetrics } from "../../interfaces.ts";
import { metricOf, type Unit } from "../metric.ts";
import type { MetricStore, Series } from "../store.ts";

const NAMESPACE = "AWS/Lambda";

/** Of one function, or of all. */
type FunctionSeries = Readonly<
  Record<"Invocations" | "Errors" | "Throttles" | "Duration" | "ConcurrentExecutions", Series>
>;

/** Lambda's metrics of each function and, without a dimension, of all. */
export function createFunctionMetrics(ctx: LocalContext, store: MetricStore): FunctionMetrics {
  const byName = new Map<string, FunctionSeries>();
  const seriesOf = (name?: string): FunctionSeries => {
    const dimensions = name === undefined ? [] : [{ name: "FunctionName", value: name }];
    const series = (metric: string, unit: Unit) => store.series(metricOf(NAMESPACE, metric, dimensions), unit);
    return {
      Invocations: series("Invocations", "Count"),
      Errors: series("Errors", "Count"),
      Throttles: series("Throttles", "Count"),
      Duration: series("Duration", "Milliseconds"),
      ConcurrentExecutions: series("ConcurrentExecutions", "Count"),
    };
  };
  const all = seriesOf();
  const of = (name: string): readonly FunctionSeries[] => {
    let series = byName.get(name);
    if (!series) byName.set(name, (series = seriesOf(name)));
    return [series, all];
  };
  return {
    ended(name, { durationMs, failed, concurrent }) {
      const now = ctx.clock.now();
      for (const series of of(name)) {
        series.Invocations.at(now).add(1);
        series.Errors.at(now).add(failed ? 1 : 0);
        series.Throttles.at(now).add(0);
        series.Duration.at(now).add(durationMs);
      }
      byName.get(name)?.ConcurrentExecutions.at(now).add(concurrent.ofFunction);
      all.ConcurrentExecutions.at(now).add(concurrent.ofAll);
    },
    throttled(name) {
      const now = ctx.clock.now();
      for (const { Throttles } of of(name)) Throttles.at(now).add(1);
    },
  };
}
