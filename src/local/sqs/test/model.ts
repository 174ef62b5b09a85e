import { expect } from "vitest";

/** Of the queue under test; what is received so often goes to its dead-letter queue at the next receive. */
export const MAX_RECEIVES = 3;
/** Of both queues, in milliseconds. */
export const RETENTION_MS = 600_000;
export const DEDUPLICATION_MS = 300_000;

export type Place = "queue" | "dead";

/** A message as its owner must find it, computed from what was asked and answered alone. */
interface Item {
  body: number;
  group: number;
  place: Place;
  /** Order of arrival at its place. */
  order: number;
  visibleAt: number;
  hiddenAs: "delayed" | "inFlight";
  /** Receives at this place, and since it was last sent. */
  receives: number;
  total: number;
  /** Names the receive whose handle is the current one. */
  lastHandle: string | undefined;
  enqueuedAt: number;
}

export interface Received {
  body: number;
  handle: string;
  receiveCount: number;
  /** The fault struck: the message stays visible. */
  again: boolean;
}

/** What SQS promises of one queue with its dead-letter queue; it knows nothing of the engine. */
export class Model {
  readonly fifo: boolean;
  readonly #items = new Map<number, Item>();
  readonly #handles = new Map<string, { body: number; place: Place; order: number }>();
  readonly #dedup = new Map<string, { messageId: string; expires: number }>();
  #order = 0;

  constructor(fifo: boolean) {
    this.fifo = fifo;
  }

  /** Time has passed: what was kept for too long is gone. */
  passed(now: number): void {
    for (const item of this.#items.values()) if (item.enqueuedAt + RETENTION_MS <= now) this.#items.delete(item.body);
  }

  bodies(place?: Place): number[] {
    return [...this.#items.values()]
      .filter((item) => place === undefined || item.place === place)
      .map(({ body }) => body)
      .sort((a, b) => a - b);
  }

  counts(place: Place, now: number) {
    const items = [...this.#items.values()].filter((item) => item.place === place);
    const hidden = (as: Item["hiddenAs"]) =>
      items.filter((item) => item.visibleAt > now && item.hiddenAs === as).length;
    const oldest = Math.min(...items.map(({ enqueuedAt }) => enqueuedAt));
    return {
      visible: items.filter(({ visibleAt }) => visibleAt <= now).length,
      inFlight: hidden("inFlight"),
      delayed: hidden("delayed"),
      oldest: items.length > 0 ? oldest : undefined,
    };
  }

  /** @returns the id that a send inside the deduplication window must be answered with. */
  duplicateOf(dedupId: string | undefined, now: number): string | undefined {
    const earlier = dedupId === undefined ? undefined : this.#dedup.get(dedupId);
    return earlier && earlier.expires > now ? earlier.messageId : undefined;
  }

  sent(body: number, options: { group: number; delay: number; dedupId?: string; messageId: string; now: number }) {
    const { group, now, delay, dedupId, messageId } = options;
    if (dedupId !== undefined) this.#dedup.set(dedupId, { messageId, expires: now + DEDUPLICATION_MS });
    const item = { body, group, total: 0, hiddenAs: "delayed" as const, lastHandle: undefined };
    this.#place(
      { ...item, place: "queue", order: 0, receives: 0, visibleAt: now + delay * 1000, enqueuedAt: now },
      now,
    );
  }

  /**
   * Checks one receive against what may be received, and takes it over.
   * @param moved bodies that went to the dead-letter queue by it
   */
  received(place: Place, max: number, visibility: number, now: number, found: Received[], moved: number[]): void {
    const usedUp = (item: Item) => place === "queue" && item.receives >= MAX_RECEIVES;
    const offered = this.#offered(place, now);
    const due = offered.filter((item) => !usedUp(item));
    expect(found.length, "as many as there are, up to the number asked for").toBe(Math.min(max, due.length));
    const bodies = found.map(({ body }) => body);
    expect(new Set(bodies).size, "none twice in one receive").toBe(bodies.length);
    expect(due.map(({ body }) => body)).toEqual(expect.arrayContaining(bodies));
    const spent = offered.filter(usedUp).map(({ body }) => body);
    expect(spent, "only what was received too often is dead-lettered").toEqual(expect.arrayContaining(moved));
    if (found.length < max) expect(moved.toSorted(), "all of it, when all was looked at").toEqual(spent.toSorted());
    if (this.fifo) this.#checkOrder(offered, bodies, new Set([...bodies, ...moved]));
    for (const item of offered.filter(({ body }) => moved.includes(body))) {
      const since = this.fifo ? now : item.enqueuedAt;
      this.#place(
        { ...item, place: "dead", receives: 0, lastHandle: undefined, visibleAt: now, enqueuedAt: since },
        now,
      );
    }
    for (const { body, handle, receiveCount, again } of found) {
      const item = this.#item(body);
      item.receives += 1;
      item.total += 1;
      expect(receiveCount).toBe(item.total);
      item.hiddenAs = "inFlight";
      item.visibleAt = again ? now : now + visibility * 1000;
      item.lastHandle = handle;
      this.#handles.set(handle, { body, place, order: item.order });
    }
  }

  /** @returns whether AWS takes the handle. */
  deleted(handle: string, now: number): boolean {
    const item = this.#holder(handle);
    if (!item) return true;
    const current = item.lastHandle === handle;
    if (this.fifo && (!current || item.visibleAt <= now)) return false;
    if (current) this.#items.delete(item.body);
    return true;
  }

  /** @returns whether AWS takes the handle. */
  visibilityChanged(handle: string, seconds: number, now: number): boolean {
    const item = this.#holder(handle);
    if (!item) return false;
    if (this.fifo && (item.lastHandle !== handle || item.visibleAt <= now)) return false;
    if (item.visibleAt > now) item.visibleAt = now + seconds * 1000;
    return true;
  }

  /** A move task took dead letters back. */
  redriven(moved: number[], now: number): void {
    const items = moved.map((body) => this.#item(body)).sort((a, b) => a.order - b.order);
    for (const item of items) {
      expect([item.place, item.visibleAt <= now], "only a visible dead letter is moved").toEqual(["dead", true]);
      const fresh = { place: "queue" as const, receives: 0, total: 0, lastHandle: undefined };
      this.#place({ ...item, ...fresh, visibleAt: now, enqueuedAt: now }, now);
    }
  }

  purged(place: Place): void {
    for (const item of this.#items.values()) if (item.place === place) this.#items.delete(item.body);
    if (place === "queue") this.#dedup.clear();
  }

  #place(item: Item, now: number): void {
    this.#items.set(item.body, { ...item, order: (this.#order += 1) });
    this.passed(now);
  }

  #item(body: number): Item {
    const item = this.#items.get(body);
    if (!item) throw new Error(`Message ${body} is not there and was delivered or moved.`);
    return item;
  }

  /** The message a handle names, unless it is gone or has moved on since. */
  #holder(handle: string): Item | undefined {
    const known = this.#handles.get(handle);
    const item = known && this.#items.get(known.body);
    return item?.place === known?.place && item?.order === known?.order ? item : undefined;
  }

  /** What a receive may give: on FIFO queues of each group what lies before the first that is not visible. */
  #offered(place: Place, now: number): Item[] {
    const items = [...this.#items.values()].filter((item) => item.place === place).sort((a, b) => a.order - b.order);
    if (!this.fifo) return items.filter(({ visibleAt }) => visibleAt <= now);
    const blocked = new Set<number>();
    return items.filter((item) => {
      if (item.visibleAt > now) blocked.add(item.group);
      return !blocked.has(item.group);
    });
  }

  /** Of each group the first ones, in order. */
  #checkOrder(offered: Item[], delivered: number[], taken: Set<number>): void {
    for (const group of new Set(offered.map((item) => item.group))) {
      const own = offered.filter((item) => item.group === group);
      const first = own.slice(0, own.filter(({ body }) => taken.has(body)).length).map(({ body }) => body);
      expect(
        first.every((body) => taken.has(body)),
        "nothing is skipped in a group",
      ).toBe(true);
      const inGroup = delivered.filter((body) => own.some((item) => item.body === body));
      expect(inGroup, "in order").toEqual(first.filter((body) => delivered.includes(body)));
    }
  }
}
