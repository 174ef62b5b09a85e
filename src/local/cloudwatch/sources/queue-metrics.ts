import type { LocalContext } from "../../context.ts";
import type { QueueMeters, QueueReading } from "../../interfaces.ts";
import { metricOf, type Unit } from "../metric.ts";
import type { MetricStore, Series } from "../store.ts";

const NAMESPACE = "AWS/SQS";
const MINUTE_MS = 60_000;
/** How long after its last use SQS still reports a queue's metrics. */
const ACTIVE_MS = 6 * 60 * MINUTE_MS;
/** Counts that are taken so soon after a minute's start are that of the minute before. */
const GRACE_MS = 1000;

const UNITS = {
  NumberOfMessagesSent: "Count",
  NumberOfMessagesReceived: "Count",
  NumberOfMessagesDeleted: "Count",
  NumberOfEmptyReceives: "Count",
  ApproximateNumberOfMessagesVisible: "Count",
  ApproximateNumberOfMessagesNotVisible: "Count",
  ApproximateNumberOfMessagesDelayed: "Count",
  ApproximateAgeOfOldestMessage: "Seconds",
  SentMessageSize: "Bytes",
} as const satisfies Record<string, Unit>;

type MetricName = keyof typeof UNITS;

/**
 * SQS's metrics of each queue. The queues count for themselves, which costs them an addition; what they counted is taken
 * every minute, and whenever somebody reads.
 */
export function createQueueMetrics(ctx: LocalContext, store: MetricStore, meters: QueueMeters) {
  const series = new Map<string, Series>();
  const active = new Map<string, number>();
  let minute = ctx.clock.now() - (ctx.clock.now() % MINUTE_MS);

  const bucket = (queue: string, name: MetricName, at: number) => {
    const key = `${name} ${queue}`;
    let known = series.get(key);
    if (!known) {
      known = store.series(metricOf(NAMESPACE, name, [{ name: "QueueName", value: queue }]), UNITS[name]);
      series.set(key, known);
    }
    return known.at(at);
  };

  const keep = ({ name, counts, visible, inFlight, delayed, oldestAgeMs }: QueueReading, at: number) => {
    const grow = (metric: MetricName, by: number) => bucket(name, metric, at).grow(by);
    const set = (metric: MetricName, value: number) => bucket(name, metric, at).set(value);
    grow("NumberOfMessagesSent", counts.sent);
    grow("NumberOfMessagesReceived", counts.received);
    grow("NumberOfMessagesDeleted", counts.deleted);
    grow("NumberOfEmptyReceives", counts.emptyReceives);
    set("ApproximateNumberOfMessagesVisible", visible);
    set("ApproximateNumberOfMessagesNotVisible", inFlight);
    set("ApproximateNumberOfMessagesDelayed", delayed);
    set("ApproximateAgeOfOldestMessage", Math.floor((oldestAgeMs ?? 0) / 1000));
    if (counts.sent > 0) {
      const { sent: count, sentBytes: sum, smallest: min, largest: max } = counts;
      bucket(name, "SentMessageSize", at).addSet({ count, sum, min, max });
    }
  };

  /** The time that what was counted since the last look belongs to. */
  const attributed = (now: number): number => {
    const begun = now - (now % MINUTE_MS);
    const late = begun > minute && now - begun < GRACE_MS;
    minute = begun;
    return late ? begun - 1 : now;
  };

  return {
    collect(): void {
      const now = ctx.clock.now();
      const at = attributed(now);
      const readings = meters.read();
      const names = new Set(readings.map(({ name }) => name));
      for (const name of active.keys()) if (!names.has(name)) active.delete(name);
      for (const reading of readings) {
        const { name, counts, visible, inFlight, delayed } = reading;
        const used = counts.sent + counts.received + counts.deleted + counts.emptyReceives > 0;
        // A queue that is new to us counts as used: it was just made, or the stack was just started.
        if (used || visible + inFlight + delayed > 0 || !active.has(name)) active.set(name, now);
        if (now - (active.get(name) ?? 0) <= ACTIVE_MS) keep(reading, at);
      }
      // Those of queues that were deleted.
      if (series.size > 9 * (names.size + 100)) series.clear();
    },
  };
}
