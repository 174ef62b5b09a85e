import type { MoveTask } from "../queue.ts";
import type { Attempt } from "../record.ts";
import type { StageShown, SummaryBase } from "./shared.ts";

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

/** A dead-letter queue as the service sees it; nothing is received. */
export interface DeadLetterQueueShown {
  type: "dead-letter-queue";
  name: string;
  /** URL. */
  queue: string;
  fifo: boolean;
  /** Names of the queues whose dead letters these are. */
  sources: string[];
  /** Messages, as the service counts them (approximate on AWS). */
  depth: { visible: number; inFlight: number; delayed: number };
  /** Age of the oldest message, in seconds. A standard queue on AWS counts it from the move to the dead-letter queue. */
  oldestSeconds?: number;
  /** Until the first message expires, in seconds: at most so long, as a message's age may have begun before its move here. */
  expiresInSeconds?: number;
  /** The move task that is at work; absent when there is none. */
  move?: MoveTask;
  /** What could not be known, with the reason. */
  unknown: Partial<Record<"oldest" | "expiry" | "move", string>>;
}
export interface DlqListSummary extends SummaryBase<"dlq-list"> {
  queues: number;
  /** Messages in all of them. */
  letters: number;
  /** How to see why they are there. */
  inspect?: string;
}
/** `queue`, or `stage` unless local; `dead-letter-queue`*, `summary`. */
export type DlqListEvent = StageShown | QueueShown | DeadLetterQueueShown | DlqListSummary;

/** One dead letter: a task's record, or a message. */
export interface DeadLetter {
  type: "letter";
  /** Absent where a record tells of it. */
  messageId?: string;
  /** Absent when the body is not a task. */
  taskId?: string;
  /** The first 120 characters. */
  prompt?: string;
  /** ISO 8601: when it was first sent. */
  sentAt: string;
  /** Attempts the worker made in the last generation, 0 when it never ran; without a record, the receives so far. */
  attempts: number;
  cause: Cause;
}
/** Messages of one cause. */
export interface LetterGroup {
  type: "group";
  cause: Cause;
  count: number;
  /** ISO 8601: when the first and the last of them were sent. */
  oldest: string;
  newest: string;
  /** Ids of some of them, as `dlq show` takes them. */
  examples: string[];
}
/** Progress of a scan, which receives every message. */
export interface ScanProgress {
  type: "scan";
  seen: number;
  /** Messages in the queue when it began, as the service counted them. */
  about: number;
  receives: number;
  ms: number;
}
/** Progress of reading logs. */
export interface LogsProgress {
  type: "logs";
  lines: number;
  /** Messages whose cause was found. */
  matched: number;
}
/** What the logs of the functions told that took the messages. */
export interface LogsTold {
  /** Names; empty where no function takes messages from the queue. */
  functions: string[];
  lines: number;
  matched: number;
  /** Errors of invocations that name no message. */
  others: { cause: Cause; count: number }[];
  /** Why not all lines were read. */
  cut?: string;
  /** Why nothing could be read. */
  unknown?: string;
}
/** What a scan did to the queue. */
export interface ScanTold {
  receives: number;
  /** All requests as the service bills them, those that gave the messages back included. */
  requests: number;
  /** At list price; absent where the service's price is not known, as on another endpoint. */
  costUsd?: number;
  /** Messages that could not be given back: they come back when their lease ends. */
  unreleased: number;
  /** Why it ended before the queue had no more to show. */
  cut?: string;
}
export interface DlqInspectSummary extends SummaryBase<"dlq-inspect"> {
  queue: string;
  /** What told: the tasks' records, or the messages. */
  by: "records" | "messages";
  /** Dead letters that were seen, each once. */
  seen: number;
  /** Of these, those that are meant, where not all are. */
  meant?: number;
  /** Messages in the queue when it began, as the service counts them (approximate on AWS). */
  about: number;
  groups: number;
  /** ISO 8601: when the service deletes the first of them; absent where that is not known. */
  firstExpiry?: string;
  scan?: ScanTold;
  /** With `--logs`. */
  logs?: LogsTold;
  /** The file that holds them all. */
  exported?: { path: string; letters: number };
  /** What the counts do not tell. */
  note?: string;
  /** Commands that may come next. */
  next: string[];
  elapsedMs: number;
}
/** `queue`, or `stage` unless local; `scan`*, `logs`*, `letter`* when asked for, `group`*, `summary`. */
export type DlqInspectEvent =
  | StageShown
  | QueueShown
  | ScanProgress
  | LogsProgress
  | DeadLetter
  | LetterGroup
  | DlqInspectSummary;

/** All that is known of one dead letter. */
export interface DeadLetterShown {
  type: "letter-detail";
  /** Absent where the task's record tells, and nothing was received. */
  messageId?: string;
  taskId?: string;
  body: string;
  /** A Binary value as base64. */
  attributes: Record<string, { type: string; text?: string; binary?: string }>;
  /** All that the service says of it. */
  system: Record<string, string>;
  /** ISO 8601. */
  sentAt: string;
  receiveCount?: number;
  /** ISO 8601: when the service deletes it. */
  expiresAt?: string;
  cause: Cause;
  /** Of the task. */
  attempts?: Attempt[];
}
export interface DlqShowSummary extends SummaryBase<"dlq-show"> {
  id: string;
  scan?: ScanTold;
  next: string[];
}
/** `queue`, or `stage` unless local; `scan`*, `letter-detail`, `summary`. */
export type DlqShowEvent = StageShown | QueueShown | ScanProgress | DeadLetterShown | DlqShowSummary;
