import type { EventsResponse } from "../contract/http.ts";
import type { FollowEvent } from "../contract/ports.ts";
import type { Session } from "./socket.ts";
import type { Timeline } from "./timeline.ts";

/** First and longest wait before a missing piece is asked for again. */
const REPAIR_BASE_MS = 100;
const REPAIR_MAX_MS = 10_000;

/** Error codes of the socket that no further try can mend, with their HTTP status. */
export const FATAL_CODES: ReadonlyMap<string, number> = new Map([
  ["TASK_NOT_FOUND", 404],
  ["FORBIDDEN", 403],
  ["UNAUTHORIZED", 401],
]);

/** Takes a poll's answer in: the text before the end, as it happened. */
export function acceptPast(timeline: Timeline, past: EventsResponse): FollowEvent[] {
  timeline.askedForPast();
  const out: FollowEvent[] = past.events.flatMap((event) => timeline.accept(event));
  if (past.text) out.push(...timeline.accept(past.text));
  const last = past.events.at(-1);
  out.push(...timeline.caughtUp(last?.seq ?? timeline.seq, last ? {} : { status: past.status }));
  return out;
}

/** Asks again while something is missing, less and less often: the text that is stored follows the one that is told. */
export function createRepair(timeline: Timeline): (session: Session) => void {
  let delay = REPAIR_BASE_MS;
  let waiting = false;
  return (session) => {
    if (!timeline.gap) {
      delay = REPAIR_BASE_MS;
      return;
    }
    if (waiting) return;
    waiting = true;
    session.later(delay, () => {
      waiting = false;
      if (timeline.gap) session.ask();
    });
    delay = Math.min(delay * 2, REPAIR_MAX_MS);
  };
}
