import type { QueueState } from "../aws/queue-state.ts";
import type { StoredRecord } from "../store/index.ts";
import { isSettled, isTerminalStatus } from "../store/index.ts";

/** What the reconciler does about a task. */
export type Diagnosis = "fine" | "send" | "dead" | "tell";

/** A submit sends within its own function's time; this is well past it. */
const SEND_GRACE_MS = 60_000;
/** For clocks that differ. */
const LEASE_GRACE_MS = 30_000;
/** Past the time in which SQS's counts settle, and in which a worker tells what it wrote. */
const QUIET_MS = 10 * 60_000;

/**
 * Finds out whether a task died without a word, from its record and the queue's counts alone: no message is received for
 * it, which in the dead-letter queue would hide it from whoever looks.
 * - Accepted but never sent: the submit died in between.
 * - Its attempts are used up and the lease of the last is over: nobody will write of it any more.
 * - Attempts are left, or it never ran, but the queue holds no message any more (it lies in the dead-letter queue: throttled
 *   receives count too), or a message would have expired by now.
 * - Ended, but not everyone was told, and the one who should have is gone.
 */
export function diagnose(record: StoredRecord, now: number, queue: QueueState, maxAttempts: number): Diagnosis {
  const quietMs = now - Date.parse(record.updatedAt);
  const { lease } = record;
  const leaseOver = lease === undefined || (lease.overAt ?? lease.until) + LEASE_GRACE_MS < now;
  if (isTerminalStatus(record.status))
    return !isSettled(record) && leaseOver && quietMs > SEND_GRACE_MS ? "tell" : "fine";
  if (record.status === "accepted" && record.queuedAt === undefined) return quietMs > SEND_GRACE_MS ? "send" : "fine";
  if (!leaseOver) return "fine";
  if (record.status === "running" && record.attempt >= maxAttempts) return "dead";
  const dueMs = record.retryAt === undefined ? 0 : Date.parse(record.retryAt);
  if (dueMs > now - QUIET_MS || quietMs < QUIET_MS) return "fine";
  return queue.empty || quietMs > queue.retentionMs ? "dead" : "fine";
}
