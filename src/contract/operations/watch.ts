import type { FollowEvent, StageRef } from "../ports.ts";
import type { Detached, StageShown, SummaryBase } from "./shared.ts";
import type { TaskOutcome } from "./submit.ts";

/** First: what is followed. */
export interface Watching {
  type: "watching";
  ref: StageRef;
  /** Absent: all tasks of the stage. */
  taskId?: string;
}

export interface WatchSummary extends SummaryBase<"watch"> {
  /** Events seen, tokens not counted. */
  events: number;
  /** Set when one task was followed. */
  task?: TaskOutcome;
  detached?: boolean;
  /** The time limit passed before the task's end. */
  timedOut?: boolean;
}

/** `stage` when its consumption was changed by hand, `watching`, the task's past and what comes (or all tasks' events from now on), `detached`?, `summary`. */
export type WatchEvent = StageShown | Watching | FollowEvent | Detached | WatchSummary;
