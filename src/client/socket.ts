import type { Clock } from "../contract/clock.ts";
import type { ClientMessage, ServerMessage } from "../contract/socket.ts";
import { parseServerMessage } from "./guards.ts";
import type { ClientTimings, WebSocketClass, WebSocketLike } from "./types.ts";

export interface SocketTarget {
  url: string;
  headers?: Record<string, string>;
}

export interface SessionOptions {
  WebSocket: WebSocketClass;
  target: SocketTarget;
  clock: Clock;
  timings: ClientTimings;
  signal: AbortSignal;
  onOpen?(): void;
  /** Sent when the socket opens and whenever it has been silent: its answer proves that the connection lives. */
  question(): ClientMessage;
  /** How long no news may come before it is asked again; doubled each time up to the heartbeat, which it is by default. */
  patience?: number;
  onMessage(message: ServerMessage, session: Session): void;
}

export interface Session {
  /** Asks again, unless an answer is still to come. */
  ask(): void;
  /** Something new was heard: no need to ask for a while. */
  news(): void;
  /** Runs `act` in `ms` milliseconds, unless the session ends first. */
  later(ms: number, act: () => void): void;
  /** Ends the session, with the reason that its result gives. */
  end(reason: string): void;
}

export interface SessionResult {
  opened: boolean;
  /** An answer came: the server knows this caller. */
  answered: boolean;
  /** Ended by `rotate`, which is no failure. */
  planned: boolean;
  reason: string;
  /** Milliseconds since it opened. */
  lasted: number;
}

/** How long after an error its close may come, in milliseconds. */
const CLOSE_FOLLOWS_MS = 50;

/** Runs one connection until it ends, whoever ends it. Never rejects. */
export async function runSession(options: SessionOptions): Promise<SessionResult> {
  const { clock, timings } = options;
  const over = new AbortController();
  const result: SessionResult = { opened: false, answered: false, planned: false, reason: "", lasted: 0 };
  let openedAt = 0;
  let newsAt = 0;
  const shortest = Math.min(options.patience ?? timings.heartbeat, timings.heartbeat);
  let patience = shortest;
  let asking: AbortController | undefined;
  let socket: WebSocketLike | undefined;

  /** Runs `act` after `ms`, unless the session or `signal` ends first. */
  const after = (ms: number, signal: AbortSignal, act: () => void) => {
    clock.sleep(ms, AbortSignal.any([over.signal, signal])).then(act, () => {});
  };
  const session: Session = {
    ask() {
      if (asking || over.signal.aborted || !result.opened) return;
      const question = new AbortController();
      asking = question;
      try {
        socket?.send(JSON.stringify(options.question()));
      } catch {
        return session.end("the connection is closing");
      }
      after(timings.reply, question.signal, () => session.end("the server does not answer"));
    },
    news() {
      newsAt = clock.now();
      patience = shortest;
    },
    later: (ms, act) => after(ms, over.signal, act),
    end(reason) {
      if (over.signal.aborted) return;
      result.reason = reason;
      over.abort();
    },
  };
  const beat = () => {
    if (clock.now() - newsAt >= patience) {
      session.ask();
      newsAt = clock.now();
      patience = Math.min(2 * patience, timings.heartbeat);
    }
    after(newsAt + patience - clock.now(), over.signal, beat);
  };
  const onAbort = () => session.end("stopped");
  options.signal.addEventListener("abort", onAbort, { once: true });

  try {
    if (options.signal.aborted) session.end("stopped");
    const { WebSocket } = options;
    socket = options.target.headers
      ? new WebSocket(options.target.url, { headers: options.target.headers })
      : new WebSocket(options.target.url);
    after(timings.connect, over.signal, () => {
      if (!result.opened) session.end("the connection did not open in time");
    });
    socket.addEventListener("open", () => {
      if (over.signal.aborted) return;
      result.opened = true;
      openedAt = newsAt = clock.now();
      options.onOpen?.();
      session.ask();
      after(patience, over.signal, beat);
      after(timings.rotate, over.signal, () => {
        result.planned = true;
        session.end("replaced before the gateway's time limit");
      });
    });
    socket.addEventListener("message", (event) => {
      if (over.signal.aborted) return;
      const message = parseServerMessage(event.data);
      if (!message) return;
      if (message.type === "subscribed" || message.type === "pong") {
        result.answered = true;
        asking?.abort();
        asking = undefined;
      }
      options.onMessage(message, session);
    });
    // The close that follows says more. Node 22's own WebSocket has none when the server refuses it.
    socket.addEventListener("error", () => session.later(CLOSE_FOLLOWS_MS, () => session.end("the connection failed")));
    socket.addEventListener("close", (event) => {
      session.end(
        result.opened
          ? `the connection closed (${event.code}${event.reason ? `: ${event.reason}` : ""})`
          : "the connection was refused",
      );
    });
    if (!over.signal.aborted)
      await new Promise<void>((resolve) => over.signal.addEventListener("abort", () => resolve(), { once: true }));
  } catch (error) {
    session.end(error instanceof Error ? error.message : "the socket could not be made");
  } finally {
    options.signal.removeEventListener("abort", onAbort);
    try {
      socket?.close(1000);
    } catch {
      // Closed already, or not yet open: either way it is not ours any more.
    }
  }
  if (result.opened) result.lasted = clock.now() - openedAt;
  return result;
}
