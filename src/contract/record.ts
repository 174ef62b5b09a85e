import type { TaskError, TaskStatus, Usage } from "./event.ts";
import type { Json, Task } from "./task.ts";

/** One receive of the task's message. Times are ISO 8601, UTC. */
export interface Attempt {
  generation: number;
  attempt: number;
  startedAt: string;
  endedAt?: string;
  requestId: string;
  messageId: string;
  outcome?: "completed" | "failed" | "lost" | "cancelled";
  error?: TaskError;
}

/** The state of a task as it lies in the results table and as `GET /tasks/{id}` shows it. */
export interface TaskRecord {
  v: 1;
  task: Task;
  status: TaskStatus;
  /** Of the last event written. */
  seq: number;
  generation: number;
  attempt: number;
  acceptedAt: string;
  updatedAt: string;
  /** Set once the message is in the queue; a repeat of the same submit sends again until then. */
  queuedAt?: string;
  endedAt?: string;
  /** Only while status is `retrying`. */
  retryAt?: string;
  /** The last 30. */
  attempts: Attempt[];
  result?: Json;
  /** `s3://bucket/key` when the result is over the item limit. */
  resultRef?: string;
  error?: TaskError;
  usage: Usage[];
  costUsd?: number;
  offline?: boolean;
  webhook?: WebhookState;
}

/** The outbox's memory of the webhook: at most 3 tries; a failure is recorded here and is never the task's. */
export interface WebhookState {
  id: string;
  status: "pending" | "delivered" | "failed";
  tries: number;
  lastStatus?: number;
  lastError?: string;
}

/** What lists show: a record without its payloads. */
export interface TaskSummary {
  taskId: string;
  userId: string;
  status: TaskStatus;
  generation: number;
  attempt: number;
  acceptedAt: string;
  updatedAt: string;
  endedAt?: string;
  /** The first 120 characters of the prompt. */
  prompt: string;
  error?: TaskError;
  costUsd?: number;
}
