import type { TaskOutcome } from "./submit.ts";
import type { StackChange, StageShown, SummaryBase } from "./shared.ts";

/** The file was opened; its lines are read as they are needed, so the total is known only at the end of a stream. */
export interface BatchStarted {
  type: "batch";
  /** `-` for stdin. */
  file: string;
  /** Lines that hold a task; absent when the input is a stream. */
  total?: number;
  concurrency: number;
  /** Whether the command waits for each task's end. */
  wait: boolean;
}

/** A line that is no task: the others still run. */
export interface BatchLineInvalid {
  type: "line-invalid";
  /** From 1. */
  line: number;
  code: string;
  /** The same for every line that is wrong in the same way. */
  problem: string;
  /** The problem with what is this line's own: where it stops being JSON. */
  message: string;
}

/** The API refused a line's task, or could not be reached for it. */
export interface BatchLineFailed {
  type: "line-failed";
  line: number;
  taskId?: string;
  code: string;
  message: string;
}

/** A line's task was accepted. */
export interface BatchLineSubmitted {
  type: "line-submitted";
  line: number;
  taskId: string;
  duplicate: boolean;
  ms: number;
}

/** A line's task came to its end (only with `--wait`). */
export type BatchLineEnded = { type: "line-ended"; line: number } & TaskOutcome;

/** After each of the events above: the counts so far, for the progress bar. */
export interface BatchProgress {
  type: "batch-progress";
  total?: number;
  read: number;
  submitted: number;
  completed: number;
  /** Dead-lettered or cancelled. */
  failed: number;
  /** Invalid or refused. */
  rejected: number;
}

/** Percentiles of the time from submit to the end, in milliseconds. */
export interface Percentiles {
  p50: number;
  p95: number;
  max: number;
}

export interface BatchCause {
  /** Fingerprint, error code or status. */
  cause: string;
  message: string;
  count: number;
  /** A task's id, or a line. */
  example: string;
  /** Numbers of the lines in order, at most 100 of them. */
  lines: number[];
}

export interface BatchSummary extends SummaryBase<"batch"> {
  read: number;
  submitted: number;
  completed: number;
  failed: number;
  rejected: number;
  elapsedMs: number;
  /** Time of the accepting calls. */
  accept?: Percentiles;
  /** Submit to end, of the tasks that completed. */
  duration?: Percentiles;
  /** Failures grouped by fingerprint, or by error code and message; the most frequent first. */
  causes: BatchCause[];
  inputTokens: number;
  outputTokens: number;
  /** Absent when a price is unknown. */
  costUsd?: number;
  offline?: boolean;
  interrupted?: boolean;
  /** Lists what goes on without this command; absent when every task that was accepted has ended. */
  next?: string;
}

/** `stage`, `stack`*, `batch`, lines and progress, `stack` stopped?, `summary`. */
export type BatchEvent =
  | StageShown
  | StackChange
  | BatchStarted
  | BatchLineInvalid
  | BatchLineFailed
  | BatchLineSubmitted
  | BatchLineEnded
  | BatchProgress
  | BatchSummary;
