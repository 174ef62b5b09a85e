import type { TaskEvent, TaskStatus, TokenEvent } from "./event.ts";
import type { TaskRecord, TaskSummary } from "./record.ts";

/*
 * The HTTP API. `Authorization: Bearer <stage token or user JWT>` on every route.
 *   POST /tasks                     SubmitRequest -> 202 SubmitResponse
 *   GET  /tasks?limit&status&cursor -> 200 ListResponse
 *   GET  /tasks/{taskId}            -> 200 TaskResponse
 *   GET  /tasks/{taskId}/events?after=N -> 200 EventsResponse (what a poller reads)
 *   POST /tasks/{taskId}/cancel     -> 200 TaskResponse (409 when it has ended)
 *   POST /tasks/{taskId}/ticket     -> 200 TicketResponse
 *   POST /documents                 DocumentRequest -> 201 DocumentResponse
 */

export interface SubmitResponse {
  v: 1;
  taskId: string;
  status: TaskStatus;
  /** True when this id was accepted before: the same task, not a second one. */
  duplicate: boolean;
  /** WebSocket address to follow the task at, without the ticket. */
  socketUrl: string;
  /** Single-use, short-lived, only for this task: `${socketUrl}?ticket=${ticket}`. */
  ticket: string;
  ticketExpiresAt: string;
}

export interface TaskResponse {
  v: 1;
  task: TaskRecord;
  /** Presigned, when the result is too large to travel inside the record. */
  resultUrl?: string;
}

export interface EventsResponse {
  v: 1;
  status: TaskStatus;
  events: TaskEvent[];
  /** The text streamed so far by the attempt that runs. */
  text?: TokenEvent;
}

export interface ListResponse {
  v: 1;
  tasks: TaskSummary[];
  cursor?: string;
}

export interface TicketResponse {
  v: 1;
  socketUrl: string;
  ticket: string;
  ticketExpiresAt: string;
}

export interface DocumentRequest {
  name: string;
  contentType?: string;
  bytes: number;
}

export interface DocumentResponse {
  v: 1;
  documentReference: string;
  /** PUT the bytes here, with `headers`, within 15 minutes. */
  uploadUrl: string;
  headers: Record<string, string>;
}

/** Body of every answer that is not 2xx. */
export interface ErrorResponse {
  error: { code: string; message: string; hint?: string; issues?: { path: string; message: string }[] };
}

/** Of an answer of the local stack's model that a fault has spoilt on purpose: which. */
export const FAULT_HEADER = "x-ai-pipeline-fault";
