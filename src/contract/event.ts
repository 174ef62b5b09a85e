import type { Json } from "./task.ts";

/** What one model consumed. `costUsd` is absent when the price of the model is not known: never a guess. */
export interface Usage {
  model: string;
  calls: number;
  inputTokens: number;
  outputTokens: number;
  costUsd?: number;
}

/** Why an attempt failed, without prompt, document or secret. */
export interface TaskError {
  /** The error's class, such as `RateLimitError`. */
  name: string;
  /** At most 1,000 characters. */
  message: string;
  /** HTTP status of the model or service that refused, if there was one. */
  status?: number;
  code?: string;
  /** Stable over ids, numbers and times: equal for equal causes. 12 hexadecimal digits. */
  fingerprint: string;
  /** True when no further attempt can succeed (bad payload, the model's 400 or 401). */
  permanent: boolean;
}

/** Code of the error of a task that no attempt, or no further one, began for: its function could not be started. */
export const START_FAILED = "FUNCTION_START_FAILED";

interface EventBase {
  v: 1;
  taskId: string;
  /** 1, 2, 3 ... without gaps, whoever writes. */
  seq: number;
  /** ISO 8601 with milliseconds, UTC. */
  at: string;
  /** Life in the queue: 1 at first, one more after each redrive or replay. */
  generation: number;
  /** Receive count within the generation; 0 before the first receive. */
  attempt: number;
}

export type AcceptedEvent = EventBase & { type: "accepted" };
export type StartedEvent = EventBase & { type: "started"; requestId: string; messageId: string; queueWaitMs: number };
export type ProgressEvent = EventBase & { type: "progress"; message: string; percent?: number; data?: Json };
export type CompletedEvent = EventBase & {
  type: "completed";
  /** Of the successful attempt, in milliseconds. */
  durationMs: number;
  usage: Usage[];
  /** Sum over all models; absent when a price is unknown. */
  costUsd?: number;
  /** True when the answer came from the offline model. */
  offline?: boolean;
  /** Present when the whole event stays under the socket's limit; else `resultRef` is set. */
  result?: Json;
  /** `s3://bucket/key` or `record` (fetch the task to read it). */
  resultRef?: string;
  /** Length in UTF-16 code units of the text that the attempt streamed, if it did: a follower who has less asks for the rest. */
  textLength?: number;
};
export type FailedEvent = EventBase & {
  type: "failed";
  error: TaskError;
  /** No further attempt will be made in this generation. */
  final: boolean;
  /** When the next attempt is due (ISO 8601); only when not final. */
  retryAt?: string;
  durationMs: number;
};
export type DeadletteredEvent = EventBase & {
  type: "deadlettered";
  reason: "attempts-exhausted" | "permanent" | "never-ran" | "died";
  error?: TaskError;
};
export type ReplayedEvent = EventBase & { type: "replayed"; kind: "redrive" | "replay" | "retry" };
export type CancelledEvent = EventBase & { type: "cancelled"; by: string };

/** Durable events: one small item each. */
export type TaskEvent =
  | AcceptedEvent
  | StartedEvent
  | ProgressEvent
  | CompletedEvent
  | FailedEvent
  | DeadletteredEvent
  | ReplayedEvent
  | CancelledEvent;

/** An event before the writer knows its place: what callers of the store pass in. */
export type NewTaskEvent = TaskEvent extends infer E
  ? E extends TaskEvent
    ? Omit<E, "v" | "taskId" | "seq" | "at">
    : never
  : never;

/** Tokens are told, never stored. `offset` counts UTF-16 code units of this attempt's text before `delta`. */
export interface TokenEvent {
  type: "token";
  taskId: string;
  generation: number;
  attempt: number;
  offset: number;
  delta: string;
}

/** Statuses that end a task, until someone redrives or replays it. */
export const TERMINAL_STATUSES = ["completed", "deadlettered", "cancelled"] as const;
export const TASK_STATUSES = ["accepted", "running", "retrying", ...TERMINAL_STATUSES] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

export const isTaskStatus = (value: unknown): value is TaskStatus => TASK_STATUSES.some((status) => status === value);

/** @returns whether nothing more happens to a task after this event, short of a redrive. */
export function isTerminal(event: { type: string }): boolean {
  return event.type === "completed" || event.type === "deadlettered" || event.type === "cancelled";
}
