import { systemClock } from "../contract/clock.ts";
import { uploadDocument, readResult } from "./documents.ts";
import { ClientError } from "./errors.ts";
import { followTask } from "./follow.ts";
import type { FollowContext } from "./follow-context.ts";
import { followAll } from "./follow-all.ts";
import { isEventsResponse, isListResponse, isSubmitResponse, isTaskResponse, isTicketResponse } from "./guards.ts";
import { createHttp } from "./http.ts";
import type { ClientOptions, ClientTimings, ListOptions, PipelineClient } from "./types.ts";

const DEFAULT_TIMINGS: ClientTimings = {
  request: 30_000,
  transfer: 300_000,
  connect: 10_000,
  heartbeat: 60_000,
  quiet: 2_000,
  reply: 15_000,
  rotate: 110 * 60_000,
  reconnectBase: 500,
  reconnectMax: 30_000,
  pollBase: 1_000,
  pollMax: 10_000,
};

/**
 * Makes a client of one stage's API. It opens nothing until it is used.
 *
 * In Node the token travels in a header, also to the socket. A browser cannot do that: there each connection is opened
 * with a single-use ticket, which the client asks the API for, or which your backend hands over.
 *
 * @throws ClientError `INVALID_OPTIONS` when `url` is none, or there is no `fetch` or `WebSocket`.
 *
 * @example In Node, with the stage's token
 * ```ts
 * import { createClient } from "ai-pipeline/client";
 *
 * const client = createClient({ url: "https://abc123.execute-api.eu-west-1.amazonaws.com", token: process.env.STAGE_TOKEN ?? "" });
 * const { taskId } = await client.submit({ prompt: "Summarize the attached report." });
 * for await (const event of client.follow(taskId)) {
 *   if (event.type === "token") process.stdout.write(event.delta);
 *   if (event.type === "completed") console.log(event.result);
 * }
 * ```
 *
 * @example In a browser, with the ticket that a backend got from its `submit`
 * ```ts
 * import { createClient } from "ai-pipeline/client";
 *
 * export async function show(task: { taskId: string; ticket: string; socketUrl: string }, onText: (text: string) => void) {
 *   const client = createClient({ url: "https://abc123.execute-api.eu-west-1.amazonaws.com", socketUrl: task.socketUrl });
 *   let text = "";
 *   for await (const event of client.follow(task.taskId, { ticket: task.ticket })) {
 *     if (event.type === "token") onText((text = text.slice(0, event.offset) + event.delta));
 *   }
 * }
 * ```
 */
export function createClient(options: ClientOptions): PipelineClient {
  if (!isHttpUrl(options.url)) {
    throw new ClientError(`\`url\` is not an http or https address: ${options.url}`, {
      code: "INVALID_OPTIONS",
      hint: "Pass the address of the stage's HTTP API.",
    });
  }
  const fetch = options.fetch ?? globalThis.fetch;
  const clock = options.clock ?? systemClock;
  const random = options.random ?? Math.random;
  const timings = { ...DEFAULT_TIMINGS, ...options.timings };
  const http = createHttp({
    url: options.url,
    token: options.token,
    getToken: options.getToken,
    fetch,
    clock,
    random,
    timings,
  });
  const address = { url: options.socketUrl };
  const path = (taskId: string, rest = "") => `/tasks/${encodeURIComponent(taskId)}${rest}`;
  const eventsPath = (taskId: string, after: number) => path(taskId, `/events?after=${after}`);

  const followContext = (): FollowContext => ({
    http,
    WebSocket: options.WebSocket ?? findWebSocket(),
    headers: takesHeaders(),
    address,
    clock,
    random,
    timings,
    pollAfter: options.pollAfter ?? 3,
    fetchEvents: (taskId, after, signal) =>
      http.request({
        method: "GET",
        path: eventsPath(taskId, after),
        signal,
        repeatable: false,
        guard: isEventsResponse,
      }),
    fetchTicket: (taskId, signal) =>
      http.request({
        method: "POST",
        path: path(taskId, "/ticket"),
        signal,
        repeatable: false,
        guard: isTicketResponse,
      }),
    fetchList: (page, signal) =>
      http.request({ method: "GET", path: listPath(page), signal, repeatable: false, guard: isListResponse }),
    fetchResult: (taskId, signal) => readResult(http, taskId, signal),
  });

  return {
    async submit(request, { signal } = {}) {
      const body = { ...request, taskId: request.taskId ?? crypto.randomUUID() };
      const answer = await http.request({ method: "POST", path: "/tasks", body, signal, guard: isSubmitResponse });
      address.url ??= answer.socketUrl;
      return answer;
    },
    follow: (taskId, follow = {}) => followTask(followContext(), taskId, follow),
    followAll: (follow = {}) => followAll(followContext(), follow),
    get: (taskId, { signal } = {}) =>
      http.request({ method: "GET", path: path(taskId), signal, guard: isTaskResponse }),
    list: ({ signal, ...page } = {}) =>
      http.request({ method: "GET", path: listPath(page), signal, guard: isListResponse }),
    events: (taskId, after = 0, { signal } = {}) =>
      http.request({ method: "GET", path: eventsPath(taskId, after), signal, guard: isEventsResponse }),
    cancel: (taskId, { signal } = {}) =>
      http.request({ method: "POST", path: path(taskId, "/cancel"), signal, guard: isTaskResponse }),
    async ticket(taskId, { signal } = {}) {
      const answer = await http.request({
        method: "POST",
        path: path(taskId, "/ticket"),
        signal,
        guard: isTicketResponse,
      });
      address.url ??= answer.socketUrl;
      return answer;
    },
    upload: (document, { signal } = {}) => uploadDocument(http, document, signal),
    async result(record, { signal } = {}) {
      if (record.result !== undefined || record.resultRef === undefined) return record.result;
      return await readResult(http, record.task.taskId, signal);
    },
  };
}

function listPath({ status, limit, cursor }: Omit<ListOptions, "signal">): string {
  const query = new URLSearchParams();
  if (status !== undefined) query.set("status", status);
  if (limit !== undefined) query.set("limit", String(limit));
  if (cursor !== undefined) query.set("cursor", cursor);
  return query.size > 0 ? `/tasks?${query.toString()}` : "/tasks";
}

function isHttpUrl(url: string): boolean {
  try {
    return /^https?:$/.test(new URL(url).protocol);
  } catch {
    return false;
  }
}

/** Node's own WebSocket and the package `ws` take headers; the standard's, in browsers, does not. */
function takesHeaders(): boolean {
  return typeof process === "object" && typeof process.versions?.node === "string";
}

/** @throws ClientError `INVALID_OPTIONS`. */
function findWebSocket(): NonNullable<ClientOptions["WebSocket"]> {
  if (typeof WebSocket === "function") return WebSocket;
  throw new ClientError("There is no WebSocket in this environment.", {
    code: "INVALID_OPTIONS",
    hint: "Pass one as `WebSocket`: the package `ws` has one for Node before 22.",
  });
}
