import { TERMINAL_STATUSES } from "../../contract/event.ts";
import { dayPartition, TIME_INDEX, TIME_SHARDS } from "../../contract/table.ts";
import type { DeadMessage } from "../../contract/dead-message.ts";
import type { Look } from "../aws/dead-messages.ts";
import type { Dynamo } from "../aws/dynamo.ts";
import type { QueueState } from "../aws/queue-state.ts";
import { decideBurial, type StoredRecord } from "../store/index.ts";
import type { ReconcileReport } from "./answers.ts";
import type { Causes } from "./causes.ts";
import { type DeadMessageLooks, mayBeDead, MOST_SEEN } from "./dead-message-looks.ts";
import { diagnose } from "./diagnose.ts";
import type { ApiParts } from "./parts.ts";
import { enqueue } from "./send.ts";

const DAY_MS = 86_400_000;
/** How often the schedule runs it; decides which older day's turn it is. */
const PERIOD_MS = 300_000;
/** Tasks mended at a time, and in one run: what is left has its turn in the next. */
const AT_ONCE = 8;
const MOST = 2_000;
const UNREADABLE =
  "The dead-letter queue could not be looked at; the function needs sqs:GetQueueAttributes, sqs:ReceiveMessage and sqs:ChangeMessageVisibility there: deploy the stage again.";
/** So long one task's followers and webhook may take. */
const TELL_MS = 15_000;

export interface ReconcileParts extends ApiParts {
  dynamo: Dynamo;
  readQueueState(): Promise<QueueState>;
  looks: DeadMessageLooks;
  lookAtDeadMessages(look: Pick<Look, "most" | "withinMs">): Promise<DeadMessage[]>;
  createCauses(): Causes;
}

/** What one run works with. */
interface Run extends ReconcileParts {
  causes: Causes;
  report: ReconcileReport;
}

/**
 * Finds tasks that died without a word and ends them, so that nobody waits for ever. Each run looks at today, yesterday
 * and, in turn, one of the older days that records are kept for: all of them within some hours, without reading all of
 * them each time. Where a task's message may lie in the dead-letter queue, that is looked at too.
 * @param timeLeft milliseconds that the function has left.
 * @param dead messages in the dead-letter queue that the caller knows of: then nothing else is looked at.
 */
export async function reconcile(
  parts: ReconcileParts,
  timeLeft: () => number,
  dead?: readonly DeadMessage[],
): Promise<ReconcileReport> {
  const report: ReconcileReport = { looked: 0, sent: 0, deadlettered: 0, told: 0, failed: 0 };
  const run: Run = { ...parts, causes: parts.createCauses(), report };
  if (dead) await buryAll(dead, run, timeLeft);
  else await mendAll(run, timeLeft);
  // It runs once a minute for as long as the stage stands: that there was nothing to do is no news.
  const idle = report.sent + report.deadlettered + report.told + report.failed === 0;
  parts.log[idle ? "debug" : "info"]("Reconciled.", { ...report });
  return report;
}

async function mendAll(run: Run, timeLeft: () => number): Promise<void> {
  const { report, clock } = run;
  const queue = await run.readQueueState();
  let suspects = false;
  for await (const batch of batches(candidates(run))) {
    report.looked += batch.length;
    const suspected = await Promise.all(batch.map((taskId) => mend(run, taskId, queue)));
    suspects ||= suspected.some(Boolean);
    if (report.looked >= MOST || timeLeft() < 2 * TELL_MS) break;
  }
  const { deadLetters } = queue;
  if (deadLetters === undefined) run.log.warn(UNREADABLE);
  if (!run.looks.isDue(queue, suspects, clock.now()) || timeLeft() < 2 * TELL_MS) return;
  const look = { most: Math.min(MOST_SEEN, deadLetters ?? 0), withinMs: timeLeft() - TELL_MS };
  try {
    await buryAll(await run.lookAtDeadMessages(look), run, timeLeft);
  } catch (error) {
    report.failed += 1;
    run.log.error(UNREADABLE, { error });
  }
}

/** @returns whether its message may lie in the dead-letter queue. */
async function mend(run: Run, taskId: string, queue: QueueState): Promise<boolean> {
  const { store, clock, settings, report } = run;
  try {
    const record = await store.inspect(taskId);
    if (!record) return false;
    const diagnosis = diagnose(record, clock.now(), queue, settings.maxAttempts);
    if (diagnosis === "fine") return mayBeDead(record, clock.now(), queue, settings);
    if (diagnosis === "send") {
      await enqueue(run, record.task);
      report.sent += 1;
    } else if (diagnosis === "dead") {
      // Looked at once more in the write itself: an attempt may have begun in between.
      const still = (current: StoredRecord) => diagnose(current, clock.now(), queue, settings.maxAttempts) === "dead";
      if (!(await store.deadletter(taskId, still, await run.causes.of(record)))) return false;
      report.deadlettered += 1;
      await run.tellEnd(taskId, TELL_MS);
    } else {
      await run.tellEnd(taskId, TELL_MS);
      report.told += 1;
    }
    const { attempt, generation } = record;
    run.log.info("Mended a task.", { taskId, diagnosis, attempt, generation });
  } catch (error) {
    failed(run, taskId, error);
  }
  return false;
}

/** Ends the tasks whose messages lie in the dead-letter queue without the record's knowledge. */
async function buryAll(dead: readonly DeadMessage[], run: Run, timeLeft: () => number): Promise<void> {
  for (let start = 0; start < dead.length && timeLeft() > TELL_MS; start += AT_ONCE)
    await Promise.all(dead.slice(start, start + AT_ONCE).map((message) => bury(run, message)));
}

async function bury(run: Run, message: DeadMessage): Promise<void> {
  const { store, clock, report } = run;
  const { taskId, messageId } = message;
  try {
    const record = await store.inspect(taskId);
    // The log is read only where it is asked for.
    if (!record || !decideBurial(record, message, clock.now())) return;
    const written = await store.bury(message, await run.causes.of(record, message.sentAt));
    if (!written) return;
    report.deadlettered += 1;
    await run.tellEnd(taskId, TELL_MS);
    const { attempt, generation } = written.record;
    run.log.info("Mended a task.", { taskId, diagnosis: "in the dead-letter queue", messageId, attempt, generation });
  } catch (error) {
    failed(run, taskId, error);
  }
}

function failed({ log, report }: Run, taskId: string, error: unknown): void {
  report.failed += 1;
  log.error("A task could not be reconciled; the next run tries again.", { taskId, error });
}

async function* batches(taskIds: AsyncIterable<string>): AsyncGenerator<string[]> {
  let batch: string[] = [];
  for await (const taskId of taskIds) {
    if (batch.push(taskId) < AT_ONCE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
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
        only: ["pk", "status", "seq", "toldSeq", "webhook", "replayKind"],
      });
      for await (const item of items) if (isOpen(item)) yield String(item["pk"]).slice("task#".length);
    }
  }
}

/** A task that is to live again is open too. */
function isOpen({ status, seq, toldSeq, webhook, replayKind }: Record<string, unknown>): boolean {
  if (replayKind !== undefined || !TERMINAL_STATUSES.some((terminal) => terminal === status)) return true;
  const pending =
    typeof webhook === "object" && webhook !== null && "status" in webhook && webhook.status === "pending";
  return Number(toldSeq) < Number(seq) || pending;
}
