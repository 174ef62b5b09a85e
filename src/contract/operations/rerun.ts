import type { TaskStatus } from "../event.ts";
import type { FollowEvent, StageRef } from "../ports.ts";
import type { Detached, StackChange, StageShown, SummaryBase } from "./shared.ts";
import type { TaskOutcome, TaskSubmitted } from "./submit.ts";

/** What a retry is about to do. */
export interface RetryPlan {
  type: "plan";
  /** Where, on one line. */
  place: string;
  taskId: string;
  /** How it ended. */
  status: TaskStatus;
  /** What that cost. */
  costUsd?: number;
  /** What is changed, one a line. */
  changes: string[];
}
export type TasksRetrySummary = SummaryBase<"tasks-retry"> &
  TaskOutcome & {
    detached?: boolean;
    timedOut?: boolean;
    /** It was a dead letter: what is to be known of that. */
    letter?: string;
  };
/** `stage`, `plan`, `submitted`, then with `--watch` or `--wait` the task's events, `detached`?, `summary`. */
export type TasksRetryEvent = StageShown | RetryPlan | TaskSubmitted | FollowEvent | Detached | TasksRetrySummary;

/** A task was read where it failed, and lies on the local stack. */
export interface TaskFetched {
  type: "fetched";
  taskId: string;
  from: StageRef;
  /** What told of it: its record, or its message. */
  by: "record" | "message";
  /** The document that came along. */
  document?: { reference: string; bytes: number };
  /** Members that were left out, with the reason. */
  leftOut: string[];
}
/** `--inspect`: the worker waits for a debugger, or has one. */
export interface DebuggerChange {
  type: "debugger";
  state: "waiting" | "attached";
  /** `127.0.0.1:9229`. */
  address: string;
}
export type TasksRunSummary = SummaryBase<"tasks-run"> &
  TaskOutcome & {
    /** The task that this is a copy of. */
    copyOf: string;
    detached?: boolean;
    timedOut?: boolean;
  };
/** `stage` of the task, `stack`*, `fetched`, `debugger`*, `submitted`, the task's events, `detached`?, `summary`. */
export type TasksRunEvent =
  | StageShown
  | StackChange
  | TaskFetched
  | DebuggerChange
  | TaskSubmitted
  | FollowEvent
  | Detached
  | TasksRunSummary;
