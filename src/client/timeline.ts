import { isTerminal, TERMINAL_STATUSES, type TaskEvent, type TaskStatus, type TokenEvent } from "../contract/event.ts";
import { createTextAssembler } from "./text.ts";

/** What a follower has seen of one task: decides what is new, in which order, and whether something is missing. */
export interface Timeline {
  /** Of the last event that was passed on. */
  readonly seq: number;
  /** An event or a piece of text is missing. */
  readonly gap: boolean;
  /** The terminal event was passed on. */
  readonly ended: boolean;
  /** The server was asked for the past: what looks like the end may be history, until `caughtUp`. */
  askedForPast(): void;
  /** @returns what can be passed on now. */
  accept(message: TaskEvent | TokenEvent): (TaskEvent | TokenEvent)[];
  /**
   * The server has told everything up to `seq`.
   * @param status of the task when the server read it, which tells that it ended before `after`.
   */
  caughtUp(seq: number, status?: TaskStatus): TaskEvent[];
}

const ENDED: ReadonlySet<string> = new Set(TERMINAL_STATUSES);

export function createTimeline(after: number): Timeline {
  let seq = after;
  let expected = after;
  let catchingUp = true;
  let ended = false;
  /** Events that wait: for one before them, or, when terminal, for the certainty that nothing follows. */
  const waiting = new Map<number, TaskEvent>();
  const text = createTextAssembler();

  const lacksText = (event: TaskEvent): boolean =>
    event.type === "completed" && event.textLength !== undefined && !text.has(event.generation, event.attempt, event.textLength);
  const release = (force = false): TaskEvent[] => {
    const out: TaskEvent[] = [];
    for (let next = waiting.get(seq + 1); next; next = waiting.get(seq + 1)) {
      const last = !waiting.has(seq + 2);
      if (last && isTerminal(next) && !force && (catchingUp || lacksText(next))) break;
      seq += 1;
      waiting.delete(seq);
      text.restart(next.generation, next.attempt);
      out.push(next);
      if (last && isTerminal(next)) ended = true;
    }
    return out;
  };
  /** Up to where nothing is missing, waiting ones included. */
  const complete = (): number => {
    let known = seq;
    while (waiting.has(known + 1)) known += 1;
    return known;
  };

  return {
    get seq() {
      return seq;
    },
    get gap() {
      const known = complete();
      return text.gap || known < expected || waiting.size > known - seq || (!catchingUp && waiting.has(seq + 1));
    },
    get ended() {
      return ended;
    },
    askedForPast() {
      catchingUp = true;
    },
    accept(message) {
      if (ended) return [];
      if (message.type === "token") return text.accept(message);
      if (message.seq > seq) waiting.set(message.seq, message);
      return release();
    },
    caughtUp(upTo, status) {
      expected = Math.max(expected, upTo);
      if (complete() < expected) return [];
      catchingUp = false;
      // What the server could not tell of the text now, it never will: the end is not held back for it.
      const out = release(true);
      if (seq <= upTo && status !== undefined && ENDED.has(status)) ended = true;
      return out;
    },
  };
}
