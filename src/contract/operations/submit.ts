import type { TaskError, TaskStatus, Usage } from "../event.ts";
import type { FollowEvent } from "../ports.ts";
import type { Json } from "../task.ts";
import type { Detached, StackChange, StageShown, SummaryBase } from "./shared.ts";

/** `--doc`: the document lies in the stage's bucket. */
export interface DocumentUploaded {
  type: "uploaded";
  /** As it was named on the command line. */
  path: string;
  bytes: number;
  /** `s3://bucket/key`. */
  reference: string;
  ms: number;
}

/** The task was accepted; the time is that of the whole call, as this machine saw it. */
export interface TaskSubmitted {
  type: "submitted";
  taskId: string;
  /** The same id was accepted before: this is that task. */
  duplicate: boolean;
  via: "api" | "queue";
  ms: number;
  /** A command that follows the task. */
  follow: string;
  /** The command waits although it was not asked to: the stack was started for it, and ends with it. */
  waits?: true;
}

/**
 * On a stack of the command's own: the function of an attempt ended without an answer. The attempt is lost, and its message comes
 * back when its visibility timeout ends; `failed` tells so then.
 */
export interface FunctionEnded {
  type: "function-ended";
  /** Epoch milliseconds. */
  at: number;
  name: string;
  requestId: string;
  /** Lambda's own type, such as `Runtime.ExitError` or `Sandbox.Timedout`. */
  error: string;
}

/** How one task ended, or where it stood when its follower left. */
export interface TaskOutcome {
  taskId: string;
  /** Without `--wait` and `--watch` the status the API answered. */
  status: TaskStatus;
  attempt: number;
  generation: number;
  /** From submit to the last event, on this machine's clock. */
  elapsedMs: number;
  /** Of the successful attempt. */
  durationMs?: number;
  result?: Json;
  /** Set when the result lies in the bucket; `result` is still filled when it could be fetched. */
  resultRef?: string;
  error?: TaskError;
  usage: Usage[];
  costUsd?: number;
  offline?: boolean;
}

/** `submit` of one task. `result` goes to stdout; everything else to stderr. */
export type SubmitSummary = SummaryBase<"submit"> & TaskOutcome & { detached?: boolean; timedOut?: boolean };

/**
 * In this order: `stage`, `stack`*, `uploaded`?, `submitted`, then with `--watch` or `--wait` the task's events (tokens
 * only with `--watch`) and `function-ended`, `detached`?, `stack` stopped?, `summary`.
 */
export type SubmitEvent =
  | StageShown
  | StackChange
  | DocumentUploaded
  | TaskSubmitted
  | FollowEvent
  | FunctionEnded
  | Detached
  | SubmitSummary;
