import type { QueueState } from "../aws/queue-state.ts";
import { isTerminalStatus, type StoredRecord } from "../store/index.ts";

/** Messages that one look takes in: a dead-letter queue that holds more is looked at again when it has changed. */
export const MOST_SEEN = 1_000;
/** A dead-letter queue that seems as it was is looked at again after this: counts are approximate. */
const AGAIN_MS = 10 * 60_000;

/** Decides when a dead-letter queue is worth a look, which hides its messages for a moment and costs requests. */
export interface DeadMessageLooks {
  /** @param suspects whether there are tasks whose messages may lie there. */
  isDue(queue: QueueState, suspects: boolean, now: number): boolean;
}

export function createDeadMessageLooks(): DeadMessageLooks {
  let last: { deadLetters: number; at: number } | undefined;
  return {
    isDue({ deadLetters = 0 }, suspects, now) {
      if (deadLetters === 0) last = undefined;
      const isNews = last === undefined || last.deadLetters !== deadLetters || now - last.at > AGAIN_MS;
      if (deadLetters === 0 || !suspects || !isNews) return false;
      last = { deadLetters, at: now };
      return true;
    },
  };
}

/**
 * @returns whether a task's message may lie in the dead-letter queue although its record does not say so: nobody is at work on
 * it, and there was time for all the receives that it has left, each of which hides it for the visibility timeout.
 */
export function mayBeDead(
  record: StoredRecord,
  now: number,
  { visibilityMs }: QueueState,
  { maxAttempts, timeScale }: { maxAttempts: number; timeScale: number },
): boolean {
  const ended = isTerminalStatus(record.status);
  if (ended && record.replayKind === undefined) return false;
  const { lease } = record;
  if (lease !== undefined && (lease.overAt ?? lease.until) >= now) return false;
  const receives = ended ? maxAttempts : Math.max(0, maxAttempts - record.attempt);
  const due = record.retryAt === undefined ? 0 : Date.parse(record.retryAt);
  const since = Math.max(Date.parse(record.updatedAt), due);
  return now - since >= (receives * visibilityMs) / timeScale;
}
