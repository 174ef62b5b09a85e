import type { Task } from "./task.ts";

/** What the ids of `smoke`'s tasks begin with. */
export const CANARY_PREFIX = "smoke-";

/**
 * @returns whether `smoke` made a task. It removes the record when it is done, so a message that comes after is a left-over:
 * nobody waits for it any more, and nothing shall be kept of it.
 */
export function isCanary({ taskId, metadata }: Pick<Task, "taskId" | "metadata">): boolean {
  return taskId.startsWith(CANARY_PREFIX) && metadata?.["canary"] === true;
}
