import { UsageError } from "../../contract/errors.ts";
import { isTerminal } from "../../contract/event.ts";
import type { RedrivenEnded } from "../../contract/operations/dlq-redrive.ts";
import type { StageClient } from "../../contract/ports.ts";
import type { LeasedMessage } from "../../contract/queue.ts";
import type { Workplace } from "../services.ts";
import type { LetterSelector } from "./filter.ts";
import { peek, taskOf } from "./peek.ts";

/** More than this cannot be followed one by one. */
const FOLLOW_LIMIT = 10_000;
const POLL_MS = 250;

/** @returns the last `seq` of every task that is to be moved: what comes after belongs to the redrive. */
export async function findFollowed(
  client: StageClient,
  select: LetterSelector | undefined,
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const message of await peek(client.queue, client.outputs.deadLetterQueueUrl, FOLLOW_LIMIT, signal)) {
    if (select && !(await select(message))) continue;
    const { taskId } = taskOf(message.body);
    if (!taskId) continue;
    const record = await client.reader.get(taskId);
    if (record) found.set(taskId, record.seq);
  }
  return found;
}

/**
 * With a limit fewer go than are meant: only tasks that are taken are waited for.
 *
 * @returns the same choice, which leaves in `waiting` what it took.
 */
export function chosenOnly(waiting: Map<string, number>, select: LetterSelector | undefined): LetterSelector {
  const known = new Map(waiting);
  waiting.clear();
  return async (message: LeasedMessage) => {
    if (select && !(await select(message))) return false;
    const { taskId } = taskOf(message.body);
    const seq = taskId === undefined ? undefined : known.get(taskId);
    if (taskId !== undefined && seq !== undefined) waiting.set(taskId, seq);
    return true;
  };
}

/** Reads the tasks' events, a few at a time, until each has ended again. */
export async function* waitForAll(
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

/** @returns the error of `--wait` where no record tells how a message ends. */
export function cannotFollow(): UsageError {
  return new UsageError(
    "Messages of a queue that belongs to no stage cannot be followed: no record tells how they end.",
    {
      code: "CANNOT_FOLLOW",
      where: "--wait",
      hint: "Leave --wait out, and look at the dead-letter queue again in a while.",
    },
  );
}
