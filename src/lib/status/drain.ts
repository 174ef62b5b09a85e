import type { Drain, TaskFigures } from "../../contract/operations/status.ts";
import type { QueueStats } from "../../contract/queue.ts";
import { type Consumer, type Figure, isUnknown } from "../../contract/status.ts";

const MINUTE_MS = 60_000;

/** @returns when the queue is empty at the pace of the window: its backlog by how much faster tasks end than arrive. */
export function timeToDrain(
  queue: Figure<QueueStats>,
  consumers: Figure<Consumer[]>,
  tasks: Figure<TaskFigures>,
): Figure<Drain> {
  if (isUnknown(queue)) return queue;
  const backlog = queue.visible + queue.inFlight + queue.delayed;
  if (backlog === 0) return { state: "empty", backlog };
  if (!isUnknown(consumers) && !consumers.some(({ state }) => state === "Enabled"))
    return { state: "stopped", backlog };
  if (queue.visible + queue.delayed === 0) return { state: "working", backlog };
  if (isUnknown(tasks)) return tasks;
  if (!tasks.complete) return { unknown: "there are more tasks than were read: name a shorter --window" };
  const minutes = Math.max(1, tasks.until - tasks.since) / MINUTE_MS;
  const ended = tasks.completed + tasks.deadlettered + tasks.cancelled;
  if (ended === 0) return { unknown: "no task ended in the window, so there is no pace" };
  const arriving = tasks.accepted / minutes;
  const leaving = ended / minutes;
  if (leaving <= arriving) return { state: "growing", backlog, arriving, leaving };
  return { state: "draining", backlog, arriving, leaving, ms: (backlog / (leaving - arriving)) * MINUTE_MS };
}
