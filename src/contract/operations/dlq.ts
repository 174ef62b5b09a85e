import type { TaskError } from "../event.ts";
import type { MoveTask } from "../queue.ts";
import type { StackChange, StageShown, SummaryBase } from "./shared.ts";

/** Why a message is where it is: from a task's record, or as far as the message itself tells. */
export interface Cause {
  name: string;
  message: string;
  status?: number;
  code?: string;
  /** Equal for equal causes. 12 hexadecimal digits. */
  fingerprint: string;
  /** True when no further attempt can succeed; absent where that is not known. */
  permanent?: boolean;
}

/** First event where dead letters of a queue are meant that need not belong to a stage. */
export interface QueueShown {
  type: "queue";
  name: string;
  /** URL. */
  queue: string;
  fifo: boolean;
  account: string;
  region: string;
  /** Set when it is not AWS itself. */
  endpoint?: string;
  /** Names of the queues whose dead letters these are. */
  sources: string[];
}

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
  /** Attempts the worker made in the last generation, 0 when it never ran; without a record, the receives so far. */
  attempts: number;
  /** Absent when neither a record nor the message tells. */
  error?: Cause;
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
/** `queue`, or `stage` unless local; letters, `summary`. */
export type DlqListEvent = StageShown | QueueShown | DeadLetter | DlqListSummary;

/** Who moves the messages, told before the first one is moved. */
export interface MoverChosen {
  type: "mover";
  /** The service's own move task, or this program. */
  by: "service" | "client";
  why: string;
}
/** A message that the destination refused for good: it stays in the dead-letter queue. */
export interface LetterRefused {
  type: "refused";
  messageId: string;
  reason: string;
}
/** Progress of a move. */
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
  /** Moved by this program: what happened beside the moving. */
  client?: {
    /** Sent by the run that this one went on with, and only deleted by this one. */
    finished: number;
    /** Not selected, or over the limit. */
    left: number;
    refused: number;
    /** Sent again because it is not known whether the first time worked: at most so many are there twice. */
    perhapsTwice: number;
    /** Sent and not deleted: going on deletes them. */
    undeleted: number;
  };
  /** The move did not end: how to go on. */
  resume?: string;
}
/** `stage` or `queue`, `mover`, `move`*, `refused`*, `redriven`*, `summary`. */
export type DlqRedriveEvent =
  | StageShown
  | QueueShown
  | StackChange
  | MoverChosen
  | MoveProgress
  | LetterRefused
  | RedrivenEnded
  | DlqRedriveSummary;
