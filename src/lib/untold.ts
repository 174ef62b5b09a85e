import type { FollowEvent } from "../contract/ports.ts";

/** Knows what was told of a task: who follows it anew, from another server, hears the text of its attempt again. */
export interface Untold {
  /** Of the last durable event. */
  readonly seq: number;
  /** @returns the event, or what of it is new; undefined where nothing is. */
  of(event: FollowEvent): FollowEvent | undefined;
}

export function createUntold(after: number): Untold {
  let seq = after;
  let text = { generation: 0, attempt: 0, end: 0 };
  return {
    get seq() {
      return seq;
    },
    of(event) {
      if (event.type === "connection") return event;
      if (event.type !== "token") {
        if (event.seq <= seq) return undefined;
        ({ seq } = event);
        return event;
      }
      const { generation, attempt, offset, delta } = event;
      const end = offset + delta.length;
      const isSame = generation === text.generation && attempt === text.attempt;
      const known = isSame ? Math.max(0, text.end - offset) : 0;
      if (known >= delta.length) return undefined;
      text = { generation, attempt, end };
      return known === 0 ? event : { ...event, offset: offset + known, delta: delta.slice(known) };
    },
  };
}
