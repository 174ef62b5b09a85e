import type { Clock } from "../contract/clock.ts";
import type { EventsResponse, ListResponse, TicketResponse } from "../contract/http.ts";
import type { Json } from "../contract/task.ts";
import type { Http } from "./http.ts";
import type { SocketAddress } from "./target.ts";
import type { ClientTimings, WebSocketClass } from "./types.ts";

/** What following needs of the client. */
export interface FollowContext {
  http: Http;
  WebSocket: WebSocketClass;
  /** Whether that class takes headers. */
  headers: boolean;
  address: SocketAddress;
  clock: Clock;
  random: () => number;
  timings: ClientTimings;
  pollAfter: number;
  /** One try each: following has a rhythm of its own. */
  fetchEvents(taskId: string, after: number, signal: AbortSignal): Promise<EventsResponse>;
  fetchTicket(taskId: string, signal: AbortSignal): Promise<TicketResponse>;
  fetchList(options: { limit: number; cursor?: string }, signal: AbortSignal): Promise<ListResponse>;
  /** The result of a task that has one, wherever it lies. */
  fetchResult(taskId: string, signal: AbortSignal | undefined): Promise<Json | undefined>;
}
