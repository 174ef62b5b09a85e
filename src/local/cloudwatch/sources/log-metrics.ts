import type { LocalContext } from "../../context.ts";
import type { LogListener } from "../../logs/types.ts";
import type { Series, MetricStore } from "../store.ts";
import { dimensionText, type Metric, type Unit } from "../metric.ts";
import { mayHoldMetrics, parseEmf } from "./emf.ts";

/** Lines wait so long before they are read, that writing a log costs no more than it did. */
const WAIT_MS = 250;
/** Or until so many wait. */
const MAX_WAITING = 1000;
const MAX_SERIES = 2000;

export interface LogMetrics {
  listener: LogListener;
  /** Reads the lines that wait. */
  collect(): void;
  close(): void;
}

/** Turns log lines of the embedded metric format into metrics. */
export function createLogMetrics(ctx: LocalContext, store: MetricStore): LogMetrics {
  const series = new Map<string, Series>();
  let waiting: string[] = [];
  let timer: NodeJS.Timeout | undefined;

  const seriesOf = (metric: Metric, unit: Unit): Series => {
    const key = `${metric.namespace}\n${metric.name}\n${unit}\n${dimensionText(metric.dimensions)}`;
    const known = series.get(key);
    if (known) return known;
    // Whoever names a dimension after each task would fill the memory.
    if (series.size >= MAX_SERIES) series.clear();
    const made = store.series(metric, unit);
    series.set(key, made);
    return made;
  };

  const collect = () => {
    clearTimeout(timer);
    timer = undefined;
    const lines = waiting;
    waiting = [];
    const now = ctx.clock.now();
    for (const line of lines) {
      for (const { metric, unit, at, resolution, values } of parseEmf(line, now)) {
        const bucket = seriesOf(metric, unit).at(at, resolution);
        for (const value of values) bucket.add(value);
      }
    }
  };

  return {
    listener(_group, _stream, events) {
      for (const { message } of events) if (mayHoldMetrics(message)) waiting.push(message);
      if (waiting.length === 0) return;
      if (waiting.length >= MAX_WAITING) collect();
      else timer ??= setTimeout(collect, WAIT_MS);
    },
    collect,
    close() {
      collect();
    },
  };
}
