/** `ai-pipeline/client`: submit tasks and follow them, in Node and in browsers, without dependencies. */
export { createClient } from "./client.ts";
export { ClientError } from "./errors.ts";
export type {
  ClientOptions,
  ClientTimings,
  FetchLike,
  FollowAllOptions,
  FollowOptions,
  ListOptions,
  PipelineClient,
  RequestOptions,
  ResponseLike,
  UploadDocument,
  WebSocketClass,
  WebSocketLike,
} from "./types.ts";
export type { FollowEvent } from "../contract/ports.ts";
export { isTerminal } from "../contract/event.ts";
export type { TaskError, TaskEvent, TaskStatus, TokenEvent, Usage } from "../contract/event.ts";
export type { EventsResponse, ListResponse, SubmitResponse, TaskResponse, TicketResponse } from "../contract/http.ts";
export type { Attempt, TaskRecord, TaskSummary, WebhookState } from "../contract/record.ts";
export type { Json, SubmitRequest, Task } from "../contract/task.ts";
