import { isTerminal } from "../../contract/event.ts";
import { EXIT, type ExitCode } from "../../contract/exit.ts";
import type { TaskOutcome } from "../../contract/operations/submit.ts";
import type { FollowEvent, TaskReader } from "../../contract/ports.ts";

/** @returns an outcome before anything is known but the answer of the API. */
export function initialOutcome(taskId: string, status: TaskOutcome["status"]): TaskOutcome {
  return { taskId, status, attempt: 0, generation: 1, elapsedMs: 0, usage: [] };
}

/** @returns the outcome after one more event. */
export function reduceOutcome(outcome: TaskOutcome, event: FollowEvent): TaskOutcome {
  if (event.type === "connection" || event.type === "token") return outcome;
  const next: TaskOutcome = { ...outcome, attempt: event.attempt, generation: event.generation };
  switch (event.type) {
    case "accepted":
    case "replayed":
      return { ...withoutEnd(next), status: "accepted" };
    case "started":
    case "progress":
      return { ...next, status: "running" };
    case "failed":
      return { ...next, status: event.final ? "running" : "retrying", error: event.error };
    case "completed":
      return {
        ...withoutEnd(next),
        status: "completed",
        durationMs: event.durationMs,
        usage: event.usage,
        ...(event.costUsd === undefined ? {} : { costUsd: event.costUsd }),
        ...(event.offline ? { offline: true } : {}),
        ...(event.result === undefined ? {} : { result: event.result }),
        ...(event.resultRef === undefined || event.resultRef === "record" ? {} : { resultRef: event.resultRef }),
      };
    case "deadlettered":
      return { ...next, status: "deadlettered", ...(event.error ? { error: event.error } : {}) };
    case "cancelled":
      return { ...next, status: "cancelled" };
  }
}

function withoutEnd(outcome: TaskOutcome): TaskOutcome {
  const { error: _, ...rest } = outcome;
  return rest;
}

/** Fills in a result that was too large for its event. */
export async function fetchResult(outcome: TaskOutcome, reader: TaskReader): Promise<TaskOutcome> {
  if (outcome.status !== "completed" || outcome.result !== undefined) return outcome;
  const record = await reader.get(outcome.taskId);
  const result = record ? await reader.result(record) : undefined;
  return result === undefined ? outcome : { ...outcome, result };
}

/** @returns what a process exits with after a task that was followed to its end. */
export function outcomeExit(outcome: TaskOutcome): ExitCode {
  return outcome.status === "deadlettered" || outcome.status === "cancelled" ? EXIT.taskFailed : EXIT.completed;
}

/** @returns whether nothing more happens to the task. */
export function hasEnded(event: FollowEvent): boolean {
  return isTerminal(event);
}
