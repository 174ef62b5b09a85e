import type { StageDescription } from "../description.ts";
import type { ConsumptionMark } from "../consumption.ts";
import type { TaskError, Usage } from "../event.ts";
import type { StageRef } from "../ports.ts";
import type { QueueStats } from "../queue.ts";
import type { Consumer, Figure, FunctionCounts } from "../status.ts";
import type { StageShown, SummaryBase } from "./shared.ts";

export interface QueueStatus extends QueueStats {
  name: string;
  /** Absent when the queue is empty. */
  oldestMs?: Figure<number>;
}

export interface DeadLetterStatus extends QueueStatus {
  /** ISO 8601: when the oldest letter expires; absent when there is none. */
  firstExpiry?: Figure<string>;
}

/** Middle and high end, in milliseconds; `of` so many values. */
export interface Spread {
  p50: number;
  p95: number;
  of: number;
}

export interface FailureCause extends Pick<TaskError, "fingerprint" | "name" | "message" | "status"> {
  /** Attempts that failed so. */
  attempts: number;
  /** Tasks that they belong to. */
  tasks: number;
}

/** Figures of the window, from the tasks' records. */
export interface TaskFigures {
  /** Records that they rest on. */
  read: number;
  /** False: there were more records than the limit, and the figures rest on the newest alone. */
  complete: boolean;
  /** Epoch milliseconds: the figures begin here, at the window's start or, when it is too large, later. */
  since: number;
  /** Epoch milliseconds: the records were read then, which a watch does not do at every look. */
  until: number;
  accepted: number;
  completed: number;
  deadlettered: number;
  cancelled: number;
  /** Of attempts that completed. */
  duration: Figure<Spread>;
  /** From the queue to the first attempt. */
  queueWait: Figure<Spread>;
  failures: FailureCause[];
  /** By model, of tasks that ended; a model's cost is absent when its price is unknown. */
  usage: Usage[];
}

export interface Drain {
  state: "empty" | "working" | "draining" | "growing" | "stopped";
  backlog: number;
  /** Tasks a minute, when they are known. */
  arriving?: number;
  leaving?: number;
  /** Only while draining. */
  ms?: number;
}

/** How long the model may be out before a task that meets the outage's beginning is dead-lettered; real milliseconds. */
export interface OutageSurvival {
  /** Absent: without a dead-letter queue there is no last one. */
  attempts?: number;
  /** The model refuses at once: at least, on average and at most, as back-off is drawn by lot. */
  leastMs: number;
  typicalMs: number;
  mostMs: number;
  /** The model hangs, so that every attempt takes all its time: on average. */
  hangingMs: number;
  /** Between attempts: the worker's back-off, or the queue's visibility timeout where the worker sets none. */
  by: "backoff" | "visibility" | "retention";
}

/** Everything that is known of the stage at one moment. */
export interface StatusShown {
  type: "status";
  /** Epoch milliseconds. */
  at: number;
  ref: StageRef;
  windowMs: number;
  /** Milliseconds between looks; absent when there is but one. */
  everyMs?: number;
  queue: Figure<QueueStatus>;
  deadLetterQueue: Figure<DeadLetterStatus>;
  consumers: Figure<Consumer[]>;
  /** What was changed by hand of how messages are taken; absent when nothing was. */
  consumption?: ConsumptionMark;
  /** Why the local stack's worker runs no task: the compiler's words, or what its start failed of. Absent: it does. */
  worker?: Pick<StageDescription, "broken" | "failing">;
  tasks: Figure<TaskFigures>;
  /** By role: `worker`. */
  functions: Figure<Record<string, FunctionCounts>>;
  drain: Figure<Drain>;
  outage: Figure<OutageSurvival>;
}

export interface StatusSummary extends SummaryBase<"status"> {
  /** How often the stage was looked at. */
  looks: number;
}

/** `stage` unless local, `status` (again and again with `--watch`), `summary`. */
export type StatusEvent = StageShown | StatusShown | StatusSummary;
