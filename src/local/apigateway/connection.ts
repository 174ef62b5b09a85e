import type { WebSocket } from "ws";
import type { LocalContext } from "../context.ts";
import type { ConnectionInfo } from "./socket-event.ts";

/** API Gateway's limits of a connection; never scaled by the stack's speed. */
export const IDLE_LIMIT_MS = 10 * 60_000;
export const LIFE_LIMIT_MS = 2 * 3_600_000;
export const MESSAGE_LIMIT_BYTES = 128 * 1024;
/** A client's frame over this closes the connection with 1009; a longer message must come in several. */
export const FRAME_LIMIT_BYTES = 32 * 1024;
/** What may wait for a client that does not read, before `postToConnection` is refused. */
const BUFFER_LIMIT_BYTES = 8 * 1024 * 1024;

/** An open connection. */
export interface Connection {
  info: ConnectionInfo;
  /** False from the moment either side began to close. */
  isOpen(): boolean;
  lastActiveAt(): number;
  /** Notes activity, which puts off the idle limit. */
  touch(): void;
  /** @returns false when the client's buffer is full. */
  send(data: Buffer, text: boolean): boolean;
  close(code: number, reason: string): void;
  /** Cuts the line without a word. */
  cut(): void;
  /** Ends the limits' timers. */
  release(): void;
}

/** Wraps an accepted socket and holds it to the idle and life limits. */
export function openConnection(ctx: LocalContext, socket: WebSocket, info: ConnectionInfo): Connection {
  let lastActiveAt = ctx.clock.now();
  const timers = new AbortController();
  const close = (code: number, reason: string) => socket.close(code, reason);
  const limits = async () => {
    for (;;) {
      const now = ctx.clock.now();
      const left = Math.min(lastActiveAt + IDLE_LIMIT_MS, info.connectedAt + LIFE_LIMIT_MS) - now;
      if (left <= 0) return close(1001, "Going away");
      await ctx.clock.sleep(left, timers.signal);
    }
  };
  // Rejected when the connection ends first.
  limits().catch(() => undefined);
  return {
    info,
    isOpen: () => socket.readyState === socket.OPEN,
    lastActiveAt: () => lastActiveAt,
    touch: () => void (lastActiveAt = ctx.clock.now()),
    send(data, text) {
      if (socket.bufferedAmount > BUFFER_LIMIT_BYTES) return false;
      lastActiveAt = ctx.clock.now();
      socket.send(data, { binary: !text });
      return true;
    },
    close,
    cut: () => socket.terminate(),
    release: () => timers.abort(),
  };
}
