import { TERMINAL_STATUSES } from "../../contract/event.ts";
import { dayPartition, TIME_INDEX, TIME_SHARDS } from "../../contract/table.ts";
import type { Dynamo } from "../aws/dynamo.ts";
import type { QueueState } from "../aws/queue-state.ts";
import type { ReconcileReport } from "./answers.ts";
import { diagnose, type Diagnosis } from "./diagnose.ts";
import type { ApiParts } from "./parts.ts";
import { enqueue } from "./send.ts";

const DAY_MS = 86_400_000;
/** How often the schedule runs it; decides which older day's turn it is. */
const PERIOD_MS = 300_000;
/** Tasks mended at a time, and in one run: what is left has its turn in the next. */
const AT_ONCE = 8;
const MOST = 2_000;
/** So long one task's followers and webhook may take. */
const TELL_MS = 15_000;

export interface ReconcileParts extends ApiParts {
  dynamo: Dynamo;
  readQueueState(): Promise<QueueState>;
}

/**
 * Finds tasks that died without a word and ends them, so that nobody waits for ever. Each run looks at today, yesterday
 * and, in turn, one of the older days that records are kept for: all of them within some hours, without reading all of
 * them each time.
 * @param timeLeft milliseconds that the function has left.
 */
export async function reconcile(parts: ReconcileParts, timeLeft: () => number): Promise<ReconcileReport> {
  const report: ReconcileReport = { looked: 0, sent: 0, deadlettered: 0, told: 0, failed: 0 };
  const queue = await parts.readQueueState();
  let batch: string[] = [];
  const mendBatch = async () => {
    const outcomes = await Promise.all(batch.map((taskId) => mend(parts, taskId, queue)));
    batch = [];
    for (const outcome of outcomes) {
      if (outcome === "send") report.sent += 1;
      if (outcome === "dead") report.deadlettered += 1;
      if (outcome === "tell") report.told += 1;
      if (outcome === "failed") report.failed += 1;
    }
  };
  for await (const taskId of candidates(parts)) {
    report.looked += 1;
    batch.push(taskId);
    if (batch.length >= AT_ONCE) await mendBatch();
    if (report.looked >= MOST || timeLeft() < 2 * TELL_MS) break;
  }
  await mendBatch();
  // It runs once a minute for as long as the stage stands: that there was nothing to do is no news.
  const idle = report.sent + report.deadlettered + report.told + report.failed === 0;
  parts.log[idle ? "debug" : "info"]("Reconciled.", { ...report });
  return report;
}

async function mend(parts: ReconcileParts, taskId: string, queue: QueueState): Promise<Diagnosis | "failed"> {
  const { store, clock, settings } = parts;
  try {
    const record = await store.inspect(taskId);
    if (!record) return "fine";
    const diagnosis = diagnose(record, clock.now(), queue, settings.maxAttempts);
    if (diagnosis === "send") await enqueue(parts, record.task);
    if (diagnosis === "dead") {
      // Looked at once more in the write itself: an attempt may have begun in between.
      const written = await store.deadletter(
        taskId,
        (current) => diagnose(current, clock.now(), queue, settings.maxAttempts) === "dead",
      );
      if (!written) return "fine";
      await parts.tellEnd(taskId, TELL_MS);
    }
    if (diagnosis === "tell") await parts.tellEnd(taskId, TELL_MS);
    if (diagnosis !== "fine")
      parts.log.info("Mended a task.", { taskId, diagnosis, attempt: record.attempt, generation: record.generation });
    return diagnosis;
  } catch (error) {
    parts.log.error("A task could not be reconciled; the next run tries again.", { taskId, error });
    return "failed";
  }
}

/** Ids of the tasks that have not ended, or whose end was not told, of the days whose turn it is. */
async function* candidates({ dynamo, settings, clock }: ReconcileParts): AsyncGenerator<string> {
  const now = clock.now();
  const older = 2 + (Math.floor(now / PERIOD_MS) % Math.max(1, settings.ttlDays));
  for (const daysAgo of [0, 1, older]) {
    const day = new Date(now - daysAgo * DAY_MS).toISOString().slice(0, 10);
    for (let shard = 0; shard < TIME_SHARDS; shard += 1) {
      const items = dynamo.query({
        table: settings.tasksTable,
        index: { name: TIME_INDEX, pk: "gpk", sk: "gsk" },
        pk: dayPartition(day, shard),
        only: ["pk", "status", "seq", "toldSeq", "webhook"],
      });
      for await (const item of items) if (isOpen(item)) yield String(item["pk"]).slice("task#".length);
    }
  }
}

function isOpen({ status, seq, toldSeq, webhook }: Record<string, unknown>): boolean {
  if (!TERMINAL_STATUSES.some((terminal) => terminal === status)) return true;
  const pending =
    typeof webhook === "object" && webhook !== null && "status" in webhook && webhook.status === "pending";
  return Number(toldSeq) < Number(seq) || pending;
}
