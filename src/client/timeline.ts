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
   * The server has told everything up to `seq`, and the text up to `past.text`.
   * @param past.status of the task when the server read it, which tells that it ended before `after`.
   */
  caughtUp(seq: number, past?: { status?: TaskStatus; text?: TextMark }): TaskEvent[];
}

/** So much of an attempt's text, in UTF-16 code units. */
export interface TextMark {
  generation: number;
  attempt: number;
  length: number;
}

const ENDED: ReadonlySet<string> = new Set(TERMINAL_STATUSES);

export function createTimeline(after: number): Timeline {
  let seq = after;
  let expected = after;
  let expectedText: TextMark | undefined;
  let catchingUp = true;
  let ended = false;
  /** Events that wait: for one before them, or, when terminal, for the certainty that nothing follows. */
  const waiting = new Map<number, TaskEvent>();
  const text = createTextAssembler();

  const lacksText = (event: TaskEvent): boolean =>
    event.type === "completed" && event.textLength !== undefined && !text.has({ ...event, length: event.textLength });
  /** @param told up to where the server told all it has, text included: what lacks then will never come. */
  const release = (told = 0): TaskEvent[] => {
    const out: TaskEvent[] = [];
    for (let next = waiting.get(seq + 1); next; next = waiting.get(seq + 1)) {
      const last = !waiting.has(seq + 2);
      if (last && isTerminal(next) && next.seq > told && (catchingUp || lacksText(next))) break;
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

  const incomplete = () => complete() < expected || (expectedText !== undefined && !text.has(expectedText));

  return {
    get seq() {
      return seq;
    },
    get gap() {
      const known = complete();
      return text.gap || incomplete() || waiting.size > known - seq || (!catchingUp && waiting.has(seq + 1));
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
    caughtUp(upTo, { status, text: told } = {}) {
      expected = Math.max(expected, upTo);
      expectedText = told;
      if (incomplete()) return [];
      catchingUp = false;
      const out = release(upTo);
      if (seq <= upTo && status !== undefined && ENDED.has(status)) ended = true;
      return out;
    },
  };
}
