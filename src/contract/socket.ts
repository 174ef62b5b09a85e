import type { TaskEvent, TaskStatus, TokenEvent } from "./event.ts";

/**
 * The WebSocket protocol between `ai-pipeline/client` and the socket function. JSON text frames.
 * A subscriber is registered first and reads the past after, and the client drops what it has: no gap and no repeat.
 */
export type ClientMessage =
  /** Follow one task; the server repeats durable events with `seq > after`, then the text so far, then what comes. */
  | { action: "subscribe"; taskId: string; after?: number }
  /** Follow all tasks the caller may see (a user: its own; a service: the stage's). Nothing is repeated. */
  | { action: "subscribe"; all: true }
  | { action: "unsubscribe"; taskId?: string }
  | { action: "ping" };

export type ServerMessage =
  | TaskEvent
  | TokenEvent
  /**
   * Sent after the repeat of the past. `seq` and `status` are the task's when the past was read: a follower whose `after`
   * is the end knows by them that nothing more comes. `text` is how much of which attempt's text was repeated, so that
   * a lost repeat is noticed. `ticket` lets a browser connect again.
   */
  | {
      type: "subscribed";
      taskId?: string;
      seq?: number;
      status?: TaskStatus;
      text?: { generation: number; attempt: number; length: number };
      ticket?: string;
    }
  | { type: "pong" }
  | { type: "error"; code: string; message: string; taskId?: string };

/** What a message may grow to before its result is sent by reference: API Gateway's 128 KB with room for the envelope. */
export const MAX_EVENT_BYTES = 120 * 1024;
