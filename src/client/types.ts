import type { Clock } from "../contract/clock.ts";
import type { TaskStatus } from "../contract/event.ts";
import type { EventsResponse, ListResponse, SubmitResponse, TaskResponse, TicketResponse } from "../contract/http.ts";
import type { FollowEvent } from "../contract/ports.ts";
import type { TaskRecord } from "../contract/record.ts";
import type { Json, SubmitRequest } from "../contract/task.ts";

/** The part of a standard `Response` that the client reads. */
export interface ResponseLike {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

/** Any standard `fetch`. */
export type FetchLike = (
  url: string,
  init: {
    method: string;
    headers: Record<string, string>;
    body?: string | Uint8Array<ArrayBuffer> | Blob;
    signal: AbortSignal;
    redirect?: "error";
  },
) => Promise<ResponseLike>;

/** The part of a standard `WebSocket` that the client uses. */
export interface WebSocketLike {
  send(data: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: "open" | "error", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  addEventListener(type: "close", listener: (event: { code: number; reason: string }) => void): void;
}

/**
 * A standard `WebSocket` class. The second argument is what Node's own class and the package `ws` take beyond the
 * standard; it is left out wherever the connection is opened with a ticket.
 */
export type WebSocketClass = new (url: string, options?: { headers: Record<string, string> }) => WebSocketLike;

/** Times in milliseconds. */
export interface ClientTimings {
  /** One HTTP request, its body included. Default 30,000. */
  request: number;
  /** One upload or download of a document or result. Default 300,000. */
  transfer: number;
  /** Until a socket must be open. Default 10,000. */
  connect: number;
  /** Silence after which the socket is asked whether it lives; API Gateway closes after 10 minutes. Default 60,000. */
  heartbeat: number;
  /**
   * How long a task under way may tell nothing before its past is asked for: whoever was to tell may have crashed. Doubled
   * each time, up to the heartbeat. Default 2,000.
   */
  quiet: number;
  /** Until an answer to a subscription or ping must come. Default 15,000. */
  reply: number;
  /** Age at which a socket is replaced; API Gateway ends it after 2 hours. Default 110 minutes. */
  rotate: number;
  /** First and longest wait between connections (exponential, full jitter; the first reconnection is immediate). */
  reconnectBase: number;
  reconnectMax: number;
  /** First and longest wait between polls while no socket can be had. Default 1,000 and 10,000. */
  pollBase: number;
  pollMax: number;
}

export interface ClientOptions {
  /** Address of the HTTP API, such as `https://abc123.execute-api.eu-west-1.amazonaws.com`. */
  url: string;
  /** The stage's token (a service) or a JWT (a user). Leave out in a browser that only holds a ticket. */
  token?: string;
  /** Called for each request instead of `token`, so that an expiring JWT can be renewed. */
  getToken?: () => string | Promise<string>;
  /** Address of the WebSocket API. Learned from the HTTP API's answers when left out; `followAll` needs it. */
  socketUrl?: string;
  /** Default: the global `fetch`. */
  fetch?: FetchLike;
  /** Default: the global `WebSocket` (browsers, Node 22 and later). */
  WebSocket?: WebSocketClass;
  timings?: Partial<ClientTimings>;
  /** Failed connections in a row before polling begins beside further tries. Default 3. */
  pollAfter?: number;
  clock?: Clock;
  /** In [0, 1). Default `Math.random`. */
  random?: () => number;
}

export interface FollowOptions {
  /** Events with a higher `seq` only. Default 0: from the beginning. */
  after?: number;
  /** A ticket, or what fetches one; needed where the client has no token. */
  ticket?: string | (() => Promise<string>);
  /** Ends the iteration, without an error. */
  signal?: AbortSignal;
}

export interface RequestOptions {
  signal?: AbortSignal;
}

export interface UploadDocument {
  name: string;
  body: Uint8Array | Blob;
  contentType?: string;
}

export interface ListOptions extends RequestOptions {
  status?: TaskStatus;
  /** 1 to 100. Default 20. */
  limit?: number;
  cursor?: string;
}

export interface FollowAllOptions extends RequestOptions {
  /**
   * Tasks accepted after this moment (ISO 8601, by the server's clock) are told from their beginning. Absent: those
   * accepted after the call.
   */
  since?: string;
}

/** Talks to one stage. Every method rejects with {@link ClientError}. */
export interface PipelineClient {
  /**
   * Hands in a task. The id is chosen before the first try, so that a repeated request is the same task.
   * @throws ClientError `INVALID_REQUEST` (400, with `issues`), `TASK_TOO_LARGE` (413), `TASK_CONFLICT` (409).
   */
  submit(request: SubmitRequest, options?: RequestOptions): Promise<SubmitResponse>;
  /**
   * What happens to a task, as it happens: durable events in order of `seq`, tokens in order of `offset`, none missing and
   * none twice, however often the connection breaks. Ends after the terminal event. When a token's `attempt` changes, the
   * text begins anew. A large result is fetched, so that `completed` carries it.
   */
  follow(taskId: string, options?: FollowOptions): AsyncIterable<FollowEvent>;
  /** All tasks the caller may see, from now on; ordered within each task. Never ends by itself. */
  followAll(options?: FollowAllOptions): AsyncIterable<FollowEvent>;
  get(taskId: string, options?: RequestOptions): Promise<TaskResponse>;
  /** Newest first. */
  list(options?: ListOptions): Promise<ListResponse>;
  events(taskId: string, after?: number, options?: RequestOptions): Promise<EventsResponse>;
  /** @throws ClientError `TASK_ENDED` (409). */
  cancel(taskId: string, options?: RequestOptions): Promise<TaskResponse>;
  /** A single-use ticket for a browser to follow this task with. */
  ticket(taskId: string, options?: RequestOptions): Promise<TicketResponse>;
  /** @returns the reference to put into a task's `documentReference`. */
  upload(document: UploadDocument, options?: RequestOptions): Promise<string>;
  /** The result of a task, wherever it lies; undefined when it has none. */
  result(record: TaskRecord, options?: RequestOptions): Promise<Json | undefined>;
}
