import type { FollowEvent, StageRef } from "../ports.ts";
import type { Detached, SummaryBase } from "./shared.ts";
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
}

/** `watching`, the task's past and what comes (or all tasks' events from now on), `detached`?, `summary`. */
export type WatchEvent = Watching | FollowEvent | Detached | WatchSummary;
