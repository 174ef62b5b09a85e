import type { TaskError } from "../event.ts";
import type { MoveTask } from "../queue.ts";
import type { Cause, QueueShown, ScanProgress } from "./dlq.ts";
import type { StackChange, StageShown, SummaryBase } from "./shared.ts";

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
  /** They go bit by bit, and only on while their first attempts succeed. */
  watch?: RedriveBounds;
}
/** When a watched redrive goes on, and when it stops. */
export interface RedriveBounds {
  /** So many go first. */
  canary: number;
  /** Share of first attempts that may fail, from 0 to 1. */
  maxFailureRate: number;
  budgetUsd?: number;
  /** What one task is reckoned to cost: the average of tasks that completed lately. */
  taskUsd?: number;
}
/** How the first attempt of a redriven task went. */
export interface RedrivenJudged {
  type: "judged";
  taskId: string;
  ok: boolean;
  error?: TaskError;
}
/** How far a watched redrive is. */
export interface RedriveWatched {
  type: "watched";
  phase: "canary" | "rest";
  moved: number;
  /** First attempts that have ended, and those of them that failed. */
  judged: number;
  failed: number;
  /** Moved, and not at their end. */
  inFlight: number;
  /** What they have cost so far. */
  spentUsd: number;
}
/** The canaries were judged, or something crossed a limit. */
export interface RedriveDecided {
  type: "decided";
  decision: "go on" | "stop";
  why: string;
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

/** The service is at work on a move of these letters already: told before it is followed in place of another. */
export interface MoveActive {
  type: "active";
  /** Where, on one line. */
  place: string;
  /** Of the dead-letter queue. */
  name: string;
  moved: number;
  toMove: number;
  /** ISO 8601. */
  startedAt: string;
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
  /** Then: letters that were moved and could not be followed, as no task of the stage waits for them. Absent: none. */
  unfollowed?: number;
  /** Ctrl-C: the service goes on moving. */
  detached?: boolean;
  /** Then: commands that return to it, and that end it. */
  again?: { follow: string; cancel: string };
  /** Of a watched redrive. */
  watch?: Omit<RedriveWatched, "type" | "phase"> & {
    /** Letters without a record stay: nobody could tell how they end. */
    unfollowed: number;
    /** Why it stopped before all had gone. */
    stopped?: string;
  };
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
/**
 * `stage` or `queue`, then `active`, `move`*, `summary` where a move is at work; else `scan`*, `plan`, `mover`, `move`*, `refused`*, `redriven`*, `summary`; a watched one tells `judged`,
 * `watched` and `decided` between.
 */
export type DlqRedriveEvent =
  | StageShown
  | QueueShown
  | StackChange
  | ScanProgress
  | RedrivePlan
  | MoveActive
  | MoverChosen
  | MoveProgress
  | LetterRefused
  | RedrivenEnded
  | RedrivenJudged
  | RedriveWatched
  | RedriveDecided
  | DlqRedriveSummary;
