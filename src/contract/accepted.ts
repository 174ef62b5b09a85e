import type { TaskEvent } from "./event.ts";
import type { TaskRecord } from "./record.ts";
import { eventKey, taskKey, timeIndexKey } from "./table.ts";
import type { Task } from "./task.ts";

const PREVIEW_LENGTH = 120;
const DAY_SECONDS = 86_400;

/**
 * The two items of a task that was just accepted, exactly as the API's store writes them: for whoever puts a task into the
 * store and the queue without the API. Both are put on the condition that they are new, in one transaction.
 *
 * @param at ISO 8601.
 * @param ttlDays the worker's first write replaces it by the stage's own.
 */
export function acceptedItems(task: Task, at: string, ttlDays = 14): [record: object, event: object] {
  const { taskId, userId, prompt } = task;
  const ttl = Math.floor(Date.parse(at) / 1000) + ttlDays * DAY_SECONDS;
  const record: TaskRecord = {
    v: 1,
    task,
    status: "accepted",
    seq: 1,
    generation: 1,
    attempt: 0,
    acceptedAt: at,
    updatedAt: at,
    attempts: [],
    usage: [],
  };
  const event: TaskEvent = { v: 1, taskId, seq: 1, at, type: "accepted", generation: 1, attempt: 0 };
  // The writers' own members: version of the record, fence of the attempts, and the last event that followers were told.
  const own = { version: 1, fence: 0, toldSeq: 0 };
  const listed = { userId, preview: prompt.slice(0, PREVIEW_LENGTH) };
  return [
    { ...taskKey(taskId), ...timeIndexKey(taskId, at), ...listed, ...record, ...own, ttl },
    { ...eventKey(taskId, 1), ...event, ttl },
  ];
}
