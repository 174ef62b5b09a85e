import type { TaskError, TaskStatus, Usage } from "./event.ts";
import type { Attempt } from "./record.ts";

/** What cannot be known, with the reason: never shown as zero. */
export interface Unknown {
  unknown: string;
}
export type Figure<T> = T | Unknown;

export function isUnknown<T>(figure: Figure<T>): figure is Unknown {
  return typeof figure === "object" && figure !== null && "unknown" in figure;
}

/** How a queue treats its messages. Milliseconds of the queue's own time. */
export interface QueueSettings {
  id: string;
  visibilityMs: number;
  retentionMs: number;
  /** Receives before the dead-letter queue; absent: there is none. */
  maxReceives?: number;
}

/** What takes messages from the queue. */
export interface Consumer {
  /** Short, when it is the stage's own. */
  function: string;
  /** As the service says it: `Enabled`, `Disabled`, `Updating`. */
  state: string;
  /** What the service says of its last poll or change. */
  note?: string;
  batchSize: number;
  /** Absent: nothing but the account's limit bounds it. */
  maxConcurrency?: number;
}

/** What the worker's configuration tells of its retries. */
export interface WorkerSettings {
  timeoutMs: number;
  /** Seconds; absent: it is no worker of this toolkit's, or does not say. */
  backoff?: { base: number; max: number };
  /** Share of its time after which an attempt is ended. */
  timeoutRatio: number;
  /** How many times as fast the queue's time runs. */
  timeScale: number;
}

export interface FunctionCounts {
  invocations: Figure<number>;
  errors: Figure<number>;
  throttles: Figure<number>;
}

/** What figures need of a task's record. */
export interface TaskFacts {
  taskId: string;
  status: TaskStatus;
  acceptedAt: string;
  queuedAt?: string;
  endedAt?: string;
  attempts: Attempt[];
  usage: Usage[];
  error?: TaskError;
}

export interface TasksRead {
  tasks: TaskFacts[];
  /** Records that were looked at. */
  read: number;
  /** All that were accepted from this moment on were looked at (epoch milliseconds). */
  from: number;
}

/** Looks at a stage without changing anything: no message is received. */
export interface StageInspector {
  queue(url: string): Promise<QueueSettings>;
  consumers(queueId: string): Promise<Consumer[]>;
  worker(): Promise<WorkerSettings>;
  /** By role. Epoch milliseconds. */
  functions(since: number, until: number): Promise<Record<string, FunctionCounts>>;
  /** Tasks that changed after `since`, among those accepted after `from`; the newest `limit` records at most. */
  tasks(options: { since: number; from: number; limit: number; signal: AbortSignal }): Promise<TasksRead>;
}
