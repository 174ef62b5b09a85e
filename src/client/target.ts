import type { TicketResponse } from "../contract/http.ts";
import type { Clock } from "../contract/clock.ts";
import { ClientError } from "./errors.ts";
import type { Http } from "./http.ts";
import type { SocketTarget } from "./socket.ts";

/** Where the WebSocket API is; learned from the HTTP API's answers when nobody said. */
export interface SocketAddress {
  url: string | undefined;
}

export interface TargetOptions {
  http: Http;
  clock: Clock;
  address: SocketAddress;
  /** Whether the WebSocket class takes headers: Node's does, a browser's does not. */
  headers: boolean;
  /** Asks the HTTP API. */
  fetchTicket: () => Promise<TicketResponse>;
  /** The caller's own. */
  ticket: string | (() => Promise<string>) | undefined;
}

/** Finds a way in for each connection: the token in a header where headers can be sent, a single-use ticket elsewhere. */
export interface Targets {
  /**
   * @throws ClientError of the ticket's request; `TICKET_REFUSED` when there is neither token nor ticket left;
   * `NO_SOCKET_URL`.
   */
  next(): Promise<SocketTarget>;
  /** The connection opened, so that its ticket is used up. */
  opened(): void;
  /** The server handed over a ticket for the next connection. */
  renewed(ticket: string): void;
  /** The ticket in hand will expire soon and nothing but the server on this connection can renew it. */
  needsRenewal(): boolean;
}

/** A ticket lives 5 minutes; clocks and networks take their share. */
const TICKET_LIFE_MS = 4 * 60_000;

export function createTargets(options: TargetOptions): Targets {
  const { http, clock, address } = options;
  const given = options.ticket;
  let own = typeof given === "string" ? given : undefined;
  let next: { ticket: string; at: number } | undefined;
  let inUse: string | undefined;

  const withTicket = (ticket: string): SocketTarget => {
    inUse = ticket;
    return { url: `${socketUrl(address)}?ticket=${encodeURIComponent(ticket)}` };
  };

  return {
    async next() {
      inUse = undefined;
      if (options.headers && http.hasToken && address.url !== undefined) {
        return { url: address.url, headers: { authorization: `Bearer ${(await http.token()) ?? ""}` } };
      }
      if (next && clock.now() - next.at < TICKET_LIFE_MS) return withTicket(next.ticket);
      if (own !== undefined) return withTicket(own);
      if (typeof given === "function") return withTicket(await given());
      if (http.hasToken) {
        const answer = await options.fetchTicket();
        address.url ??= answer.socketUrl;
        return withTicket(answer.ticket);
      }
      throw new ClientError("The ticket is used up or has expired.", {
        code: "TICKET_REFUSED",
        hint: "Have your backend make a new one (POST /tasks/{taskId}/ticket) and follow again with `after`; or pass `ticket` as a function.",
      });
    },
    opened() {
      if (inUse === next?.ticket) next = undefined;
      if (inUse === own) own = undefined;
    },
    renewed(ticket) {
      next = { ticket, at: clock.now() };
    },
    needsRenewal: () => !http.hasToken && next !== undefined && clock.now() - next.at >= TICKET_LIFE_MS / 2,
  };
}

/** @throws ClientError `NO_SOCKET_URL`. */
export function socketUrl(address: SocketAddress): string {
  if (address.url !== undefined) return address.url;
  throw new ClientError("The address of the WebSocket API is not known.", {
    code: "NO_SOCKET_URL",
    hint: "Pass `socketUrl` to createClient; every answer to a submit names it.",
  });
}
