import type { DebuggerChange, RetryPlan, TaskFetched, TasksRetrySummary } from "../contract/operations/rerun.ts";
import { formatBytes } from "./format.ts";

/* Words for tasks that run again: the same on every screen and in plain text. */

/** @returns what is retried, then what is changed, a line each. */
export function describeRetry({ taskId, status, changes }: RetryPlan): string[] {
  return [`retry of ${taskId}, which is ${status}`, ...changes];
}

/** @returns `took 3f6c... from stage prod of my-app, by its record, with its document (23.7 kB)`. */
export function describeFetched({ taskId, from, by, document, leftOut }: TaskFetched): string[] {
  const brought = document ? `, with its document (${formatBytes(document.bytes)})` : "";
  return [
    `took ${taskId} from stage ${from.stage} of ${from.app}, by its ${by}${brought}`,
    ...leftOut.map((reason) => `left out: ${reason}`),
  ];
}

export function describeDebugger({ state, address }: DebuggerChange): string {
  return state === "waiting"
    ? `the task waits for a debugger: attach one to ${address} (chrome://inspect, or your editor); ctrl-c leaves`
    : "the debugger is attached: the task goes";
}

/** @returns what is to be known after a retry. */
export function describeLetter({ letter }: Pick<TasksRetrySummary, "letter">): string[] {
  return letter === undefined ? [] : [letter];
}
