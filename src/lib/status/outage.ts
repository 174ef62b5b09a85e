import type { OutageSurvival } from "../../contract/operations/status.ts";
import type { QueueSettings, WorkerSettings } from "../../contract/status.ts";

/**
 * How long a model outage may last before the first task is dead-lettered.
 *
 * A task that meets the outage's beginning survives when its last attempt begins after the outage's end. Of n attempts
 * (`maxReceiveCount`), n - 1 waits lie before the last: wait k is drawn evenly from 0 to min(max, base x 2^(k-1)), the
 * worker's back-off. So at least nothing, on average half of their sum, at most all of it. A worker without back-off
 * leaves the message to its visibility timeout: (n - 1) x visibility. A model that hangs adds an attempt's whole time to
 * each of the first n - 1. A wait for a free worker adds to all of it, a Retry-After replaces the drawn wait; neither is
 * counted. With reported batch failures the mapping's pollers do not back off. Nothing survives the queue's retention;
 * without a dead-letter queue that is the only end.
 */
export function outageSurvival(queue: QueueSettings, worker: WorkerSettings): OutageSurvival {
  const { maxReceives, retentionMs, visibilityMs } = queue;
  const real = (ms: number) => Math.min(ms, retentionMs) / worker.timeScale;
  if (maxReceives === undefined) {
    const end = real(retentionMs);
    return { leastMs: end, typicalMs: end, mostMs: end, hangingMs: end, by: "retention" };
  }
  const waits = Array.from({ length: Math.max(0, maxReceives - 1) }, (_, index) => index);
  const { backoff } = worker;
  if (!backoff) {
    const sum = real(waits.length * visibilityMs);
    return { attempts: maxReceives, leastMs: sum, typicalMs: sum, mostMs: sum, hangingMs: sum, by: "visibility" };
  }
  const most = waits.reduce((sum, index) => sum + Math.min(backoff.max, backoff.base * 2 ** index) * 1000, 0);
  // Attempts take real time, however fast the queue's time runs.
  const hanging = waits.length * worker.timeoutMs * worker.timeoutRatio;
  return {
    attempts: maxReceives,
    leastMs: 0,
    typicalMs: real(most / 2),
    mostMs: real(most),
    hangingMs: Math.min(real(most / 2) + hanging, real(retentionMs)),
    by: "backoff",
  };
}
