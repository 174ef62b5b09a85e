import type { TaskError } from "../event.ts";
import type { MoveTask } from "../ports.ts";
import type { StackChange, StageShown, SummaryBase } from "./shared.ts";

/** One message in the dead-letter queue, joined with its task's record. */
export interface DeadLetter {
  type: "letter";
  messageId: string;
  /** Absent when the body is not a task. */
  taskId?: string;
  /** The first 120 characters. */
  prompt?: string;
  /** ISO 8601: when it was first sent. */
  sentAt: string;
  /** Attempts the worker made in the last generation; 0 when it never ran. */
  attempts: number;
  /** Absent when no record tells. */
  error?: TaskError;
}
export interface DlqListSummary extends SummaryBase<"dlq-list"> {
  queue: string;
  /** Messages in the queue, as the service counts them (approximate on AWS). */
  depth: number;
  /** Letters shown. */
  shown: number;
  /** By fingerprint, the most frequent first. */
  causes: { fingerprint: string; name: string; message: string; count: number }[];
  /** How to redrive them. */
  redrive?: string;
}
/** `stage` unless local, letters, `summary`. */
export type DlqListEvent = StageShown | DeadLetter | DlqListSummary;

/** Progress of the service's own move task. */
export interface MoveProgress {
  type: "move";
  status: MoveTask["status"];
  moved: number;
  toMove: number;
  ms: number;
}
/** With `--wait`: a redriven task came to its end. */
export interface RedrivenEnded {
  type: "redriven";
  taskId: string;
  status: "completed" | "deadlettered" | "cancelled";
  error?: TaskError;
  /** How many have ended, of how many. */
  ended: number;
  total: number;
}
export interface DlqRedriveSummary extends SummaryBase<"dlq-redrive"> {
  moved: number;
  status: MoveTask["status"];
  elapsedMs: number;
  /** Only with `--wait`. */
  completed?: number;
  failed?: number;
  /** Ctrl-C: the service goes on moving. */
  detached?: boolean;
}
/** `stage`, `move`*, `redriven`*, `summary`. */
export type DlqRedriveEvent = StageShown | StackChange | MoveProgress | RedrivenEnded | DlqRedriveSummary;
