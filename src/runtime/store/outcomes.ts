import type { TaskError, TaskEvent, Usage } from "../../contract/event.ts";
import type { TaskRecord } from "../../contract/record.ts";
import type { Json } from "../../contract/task.ts";
import type { StoredRecord } from "./stored.ts";

/** A write of an attempt, or "lost": another attempt, a cancel or the end came first and nothing was written. */
export type AttemptWrite =
  | { outcome: "written"; record: StoredRecord; events: TaskEvent[] }
  | { outcome: "lost"; record: StoredRecord | undefined };

export type AcceptOutcome = { outcome: "accepted" | "duplicate" | "conflict"; record: TaskRecord; events: TaskEvent[] };
export type CancelOutcome =
  | { outcome: "cancelled" | "ended"; record: TaskRecord; events: TaskEvent[] }
  | { outcome: "missing" };

export interface Completion {
  /** Stored in the record; larger ones lie in the bucket and are named by `resultRef`. */
  result?: Json;
  resultRef?: string;
  usage: Usage[];
  costUsd?: number;
  offline?: boolean;
  durationMs: number;
}

export interface Failure {
  error: TaskError;
  durationMs: number;
  usage: Usage[];
  /** ISO 8601. Absent: there is no further attempt and the task is dead-lettered. */
  retryAt?: string;
}

export interface TextSnapshot {
  generation: number;
  attempt: number;
  text: string;
}
