/** A JSON value, as it travels in queues, records and events. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/**
 * A unit of work, exactly as it lies in the queue (the article's payload).
 * Large data stays in object storage; a task only refers to it.
 */
export interface Task {
  /** 8 to 128 characters of `A-Z a-z 0-9 _ -`. A client may choose it; the same id is the same task. */
  taskId: string;
  /** Whose task it is; a user caller follows only its own tasks. */
  userId: string;
  prompt: string;
  /** `s3://bucket/key` (later also `gs://`, `az://`). Only buckets that the configuration names are read. */
  documentReference?: string;
  /** Told once when the task ends (Standard Webhooks). https, except on the local stage. */
  callbackUrl?: string;
  /** What a template needs beyond the prompt. */
  input?: Json;
  metadata?: Record<string, Json>;
}

/** What a client posts: a task whose id and owner may be left to the server. */
export type SubmitRequest = Omit<Task, "taskId" | "userId"> & { taskId?: string; userId?: string };

/**
 * Largest task in bytes of UTF-8 JSON. SQS takes 1 MiB, but the record that carries the task must also fit a DynamoDB
 * item (400 KB) beside its attempts and result.
 */
export const MAX_TASK_BYTES = 256 * 1024;
