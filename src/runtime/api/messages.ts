import type { TaskEvent, TokenEvent } from "../../contract/event.ts";
import { MAX_EVENT_BYTES } from "../../contract/socket.ts";

/** UTF-16 code units a piece of text: each becomes 6 bytes at most (an escape), so that a message stays under its limit. */
const PIECE_UNITS = 16_000;

/** @returns the event itself, or what fits a socket's message: a result by reference, a progress without its data. */
export function fitEvent(event: TaskEvent): TaskEvent {
  if (Buffer.byteLength(JSON.stringify(event)) <= MAX_EVENT_BYTES) return event;
  if (event.type === "completed") {
    const { result: _, ...rest } = event;
    return { ...rest, resultRef: event.resultRef ?? "record" };
  }
  if (event.type === "progress") {
    const { data: _, ...rest } = event;
    return { ...rest, message: rest.message.slice(0, PIECE_UNITS) };
  }
  return event;
}

/** Cuts a text into messages that fit, never through a surrogate pair. */
export function* textMessages(text: TokenEvent): Generator<TokenEvent> {
  for (let at = 0; at < text.delta.length; ) {
    let end = Math.min(at + PIECE_UNITS, text.delta.length);
    const last = text.delta.charCodeAt(end - 1);
    if (end < text.delta.length && last >= 0xd800 && last <= 0xdbff) end -= 1;
    yield { ...text, offset: text.offset + at, delta: text.delta.slice(at, end) };
    at = end;
  }
}
