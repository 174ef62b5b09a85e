import { ExternalError } from "../../contract/errors.ts";
import { EXIT } from "../../contract/exit.ts";
import { isTerminal } from "../../contract/event.ts";
import type { DlqRedriveEvent, DlqRedriveSummary, RedrivenEnded } from "../../contract/operations/dlq.ts";
import type { MoveTask, StageClient } from "../../contract/ports.ts";
import { interruptedExit } from "../interrupt.ts";
import type { Workplace } from "../services.ts";
import type { StageChoice } from "../stage.ts";
import { enterStageForChange } from "../tasks.ts";
import { peek, taskOf } from "./peek.ts";

export interface RedriveInput {
  choice: StageChoice;
  /** 1 to 500; absent: as fast as the service goes. */
  maxPerSecond?: number;
  /** Also follow the tasks to their end. */
  wait: boolean;
}

/** More than this cannot be followed one by one. */
const FOLLOW_LIMIT = 10_000;
const POLL_MS = 250;
const SLOWEST_POLL_MS = 5000;

/** Moves every dead letter back to its queue by the service's own move task, and follows that to its end. */
export async function* redrive(input: RedriveInput, place: Workplace): AsyncGenerator<DlqRedriveEvent> {
  const { clock, signal } = place;
  const stage = yield* enterStageForChange(input.choice, place);
  try {
    const { queue, outputs } = stage.client;
    if (!queue.move)
      throw new ExternalError("This queue service cannot move messages by itself.", { code: "MOVE_UNSUPPORTED" });
    const began = clock.now();
    const waiting = input.wait ? await generations(stage.client, signal) : new Map<string, number>();
    const source = outputs.deadLetterQueueUrl;
    const summary = (more: Omit<DlqRedriveSummary, "type" | "operation" | "elapsedMs">): DlqRedriveSummary => ({
      type: "summary",
      operation: "dlq-redrive",
      ...more,
      elapsedMs: clock.now() - began,
    });
    await queue.move.start(source, input.maxPerSecond === undefined ? {} : { maxPerSecond: input.maxPerSecond });
    let last: MoveTask | undefined;
    for (let pause = POLL_MS; ; pause = Math.min(SLOWEST_POLL_MS, pause * 1.5)) {
      // The newest comes first.
      const [move] = await queue.move.list(source);
      last = move ?? last;
      if (last)
        yield { type: "move", status: last.status, moved: last.moved, toMove: last.toMove, ms: clock.now() - began };
      if (last && last.status !== "RUNNING" && last.status !== "CANCELLING") break;
      await clock.sleep(pause, signal).catch(() => undefined);
      if (signal.aborted) {
        yield summary({
          exitCode: interruptedExit(signal),
          moved: last?.moved ?? 0,
          status: last?.status ?? "RUNNING",
          detached: true,
        });
        return;
      }
    }
    if (last.status === "FAILED") {
      throw new ExternalError(
        `The service gave up after ${last.moved} messages: ${last.failureReason ?? "it does not say why"}.`,
        {
          code: "MOVE_FAILED",
          where: source,
          hint: "What was not moved is still in the dead-letter queue. Mend the cause and redrive again.",
        },
      );
    }
    const ends = { completed: 0, failed: 0 };
    for await (const event of waitForAll(stage.client, waiting, place)) {
      if (event.status === "completed") ends.completed++;
      else ends.failed++;
      yield event;
    }
    const interrupted = signal.aborted;
    yield summary({
      exitCode: interrupted ? interruptedExit(signal) : ends.failed > 0 ? EXIT.taskFailed : EXIT.completed,
      moved: last.moved,
      status: last.status,
      ...(input.wait ? ends : {}),
      ...(interrupted ? { detached: true } : {}),
    });
  } finally {
    await stage.close();
  }
}

/** @returns the last `seq` of every task in the dead-letter queue: what comes after belongs to the redrive. */
async function generations(client: StageClient, signal: AbortSignal): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const message of await peek(client.queue, client.outputs.deadLetterQueueUrl, FOLLOW_LIMIT, signal)) {
    const { taskId } = taskOf(message.body);
    if (!taskId) continue;
    const record = await client.reader.get(taskId);
    if (record) found.set(taskId, record.seq);
  }
  return found;
}

/** Reads the tasks' events, a few at a time, until each has ended again. */
async function* waitForAll(
  client: StageClient,
  waiting: Map<string, number>,
  place: Workplace,
): AsyncGenerator<RedrivenEnded> {
  const total = waiting.size;
  while (waiting.size > 0) {
    for (const [taskId, after] of [...waiting].slice(0, 50)) {
      if (place.signal.aborted) return;
      const events = await client.reader.events(taskId, after);
      const end = events.findLast(isTerminal);
      if (!end || (end.type !== "completed" && end.type !== "deadlettered" && end.type !== "cancelled")) {
        // To the back of the line, so that one slow task does not hide the rest.
        waiting.delete(taskId);
        waiting.set(taskId, after);
        continue;
      }
      waiting.delete(taskId);
      const error = end.type === "deadlettered" && end.error ? { error: end.error } : {};
      yield { type: "redriven", taskId, status: end.type, ...error, ended: total - waiting.size, total };
    }
    if (waiting.size > 0) await place.clock.sleep(POLL_MS, place.signal).catch(() => undefined);
  }
}
