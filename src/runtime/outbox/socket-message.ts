import type { TaskEvent, TokenEvent } from "../../contract/event.ts";
import { MAX_EVENT_BYTES } from "../../contract/socket.ts";

/** JSON may write one UTF-16 unit as six bytes: what so many units become still fits. */
const MAX_DELTA_UNITS = 16_000;

/** @returns the event as one socket message: what makes it too large is left out, and fetched from the task. */
export function socketMessage(event: TaskEvent): string {
  const message = JSON.stringify(event);
  if (Buffer.byteLength(message) <= MAX_EVENT_BYTES) return message;
  if (event.type === "completed") {
    const { result: _, ...rest } = event;
    return JSON.stringify({ ...rest, resultRef: event.resultRef ?? "record" });
  }
  if (event.type === "progress") {
    const { data: _, ...rest } = event;
    return JSON.stringify(rest);
  }
  return message;
}

/** @returns the next piece of a text from `offset`, short enough for a message and not split inside a character. */
export function nextDelta(text: string, offset: number, limit: number): string {
  let end = Math.min(limit, offset + MAX_DELTA_UNITS);
  const last = text.charCodeAt(end - 1);
  const isHighSurrogate = last >= 0xd800 && last <= 0xdbff;
  if (isHighSurrogate && end < text.length && end - offset > 1) end -= 1;
  return text.slice(offset, end);
}

/** @returns the events that bring a follower from `from` to the end of the text. */
export function tokenEvents(
  place: Omit<TokenEvent, "type" | "offset" | "delta">,
  text: string,
  from = 0,
): TokenEvent[] {
  const events: TokenEvent[] = [];
  for (let offset = from; offset < text.length;) {
    const delta = nextDelta(text, offset, text.length);
    events.push({ type: "token", ...place, offset, delta });
    offset += delta.length;
  }
  return events;
}
