import type { TaskError } from "../event.ts";
import type { MoveTask } from "../queue.ts";
import type { Attempt } from "../record.ts";
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
  /** Dead letters that were counted, each once. */
  seen: number;
  /** Messages in the queue when it began, as the service counts them (approximate on AWS). */
  about: number;
  groups: number;
  /** ISO 8601: when the service deletes the first of them; absent where that is not known. */
  firstExpiry?: string;
  scan?: ScanTold;
  /** The file that holds them all. */
  exported?: { path: string; letters: number };
  /** What the counts do not tell. */
  note?: string;
  /** Commands that may come next. */
  next: string[];
  elapsedMs: number;
}
/** `queue`, or `stage` unless local; `scan`*, `letter`* when asked for, `group`*, `summary`. */
export type DlqInspectEvent = StageShown | QueueShown | ScanProgress | DeadLetter | LetterGroup | DlqInspectSummary;

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

/** What a redrive is about to do: told before anything is moved, and what a person is asked about. */
export interface RedrivePlan {
  type: "plan";
  /** Where the letters are, on one line. */
  place: string;
  from: string;
  /** Names of the queues they go to. */
  to: string[];
  /** Letters that go; absent where only the move itself finds out. */
  count?: number;
  /** Letters that are meant and stay all the same, as no attempt can succeed. */
  permanent?: number;
  /** Letters that are not meant, or over the limit. */
  left?: number;
  /** With `--dry-run`: all causes, and how many of each go. */
  causes?: { cause: Cause; count: number; go: number }[];
  /** With `--dry-run`. */
  forecast?: RedriveForecast;
}
/** What a redrive would cost in money and time; what is not known has its reason. */
export interface RedriveForecast {
  /** Requests to the queue service. */
  requests: number;
  requestsUsd?: number;
  /** What the model would take, at the average of tasks that completed lately. */
  modelUsd?: number;
  /** Until all have run, at the stage's concurrency and the average time of tasks that completed lately. */
  drainMs?: number;
  concurrency?: number;
  /** ISO 8601: when the first of them expires in the dead-letter queue. */
  firstExpiry?: string;
  unknown: Partial<Record<"requestsUsd" | "modelUsd" | "drainMs" | "firstExpiry", string>>;
}

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
  /** Nothing was moved: it was only asked what would be. */
  dryRun?: boolean;
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
/** `stage` or `queue`, `scan`*, `plan`, `mover`, `move`*, `refused`*, `redriven`*, `summary`. */
export type DlqRedriveEvent =
  | StageShown
  | QueueShown
  | StackChange
  | ScanProgress
  | RedrivePlan
  | MoverChosen
  | MoveProgress
  | LetterRefused
  | RedrivenEnded
  | DlqRedriveSummary;
