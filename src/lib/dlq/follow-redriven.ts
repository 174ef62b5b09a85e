import { isCanary } from "../../contract/canary.ts";
import { UsageError } from "../../contract/errors.ts";
import { isTerminal } from "../../contract/event.ts";
import type { RedrivenEnded } from "../../contract/operations/dlq-redrive.ts";
import { jsonIn } from "../../contract/json.ts";
import type { StageClient } from "../../contract/ports.ts";
import type { LeasedMessage } from "../../contract/queue.ts";
import { taskSchema } from "../../contract/schema/task.ts";
import type { Task } from "../../contract/task.ts";
import type { Workplace } from "../services.ts";
import type { LetterSelector } from "./filter.ts";
import { peek, taskOf } from "./peek.ts";

/** More than this cannot be followed one by one. */
const FOLLOW_LIMIT = 10_000;
const POLL_MS = 250;
const MARKED_AT_ONCE = 20;

/** Tasks that are to be moved and followed to their end. */
export interface Followed {
  /** By task, the last `seq` before: what comes after belongs to the redrive. */
  waiting: Map<string, number>;
  /** Those of them whose record calls them dead: to the reconciler they are no news, until it is told that they live again. */
  dead: Set<string>;
  /** Letters that nobody can follow: no task, a left-over of a smoke test, or of a task that has ended since. They are dropped. */
  unfollowed: number;
}

/** @returns what can be followed of what is to be moved. */
export async function findFollowed(
  client: StageClient,
  select: LetterSelector | undefined,
  signal: AbortSignal,
): Promise<Followed> {
  const followed: Followed = { waiting: new Map(), dead: new Set(), unfollowed: 0 };
  for (const message of await peek(client.queue, client.outputs.deadLetterQueueUrl, FOLLOW_LIMIT, signal)) {
    if (select && !(await select(message))) continue;
    const task = followable(message);
    const record = task && (await client.reader.get(task.taskId));
    if (!task || (record ? record.status === "completed" || record.status === "cancelled" : isCanary(task))) {
      followed.unfollowed++;
      continue;
    }
    followed.waiting.set(task.taskId, record?.seq ?? 0);
    if (record?.status === "deadlettered") followed.dead.add(task.taskId);
  }
  return followed;
}

function followable({ body }: LeasedMessage): Pick<Task, "taskId" | "metadata"> | undefined {
  const parsed = taskSchema.safeParse(jsonIn(body));
  return parsed.success ? parsed.data : undefined;
}

/** Says of dead tasks that they live again: where that fails before an attempt begins, the reconciler looks for them. */
export async function markFollowed({ control }: StageClient, { dead }: Followed): Promise<void> {
  const taskIds = [...dead];
  const lane = async () => {
    for (let taskId = taskIds.pop(); taskId !== undefined; taskId = taskIds.pop())
      await control.markReplay(taskId, "redrive");
  };
  await Promise.all(Array.from({ length: MARKED_AT_ONCE }, lane));
}

/**
 * With a limit fewer go than are meant: only tasks that are taken are waited for.
 *
 * @returns the same choice, which leaves in `followed` what it took.
 */
export function chosenOnly(
  client: StageClient,
  followed: Followed,
  select: LetterSelector | undefined,
): LetterSelector {
  const known = new Map(followed.waiting);
  followed.waiting.clear();
  followed.unfollowed = 0;
  return async (message: LeasedMessage) => {
    if (select && !(await select(message))) return false;
    const { taskId } = taskOf(message.body);
    const seq = taskId === undefined ? undefined : known.get(taskId);
    if (taskId === undefined || seq === undefined) {
      followed.unfollowed++;
      return true;
    }
    if (followed.dead.has(taskId)) await client.control.markReplay(taskId, "redrive");
    followed.waiting.set(taskId, seq);
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
