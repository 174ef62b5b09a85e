import type { Clock } from "../../contract/clock.ts";
import { IndexedHeap } from "./heap.ts";

/** Something that happens at a time: a visibility timeout, a long poll's end, a slice of a move task. */
export interface Timed {
  /** Epoch milliseconds; only the timer writes it while the item is scheduled. */
  due: number;
  /** The item's place in the timer; -1 when not scheduled. */
  slot: number;
  fire(now: number): void;
}

const LONGEST_SLEEP_MS = 2 ** 31 - 1;

/** All deadlines of an engine behind one timer. An item that is taken out costs nothing later. */
export class Timer {
  readonly #clock: Clock;
  readonly #heap = new IndexedHeap<Timed>(
    (item) => item.due,
    (item) => item.slot,
    (item, slot) => void (item.slot = slot),
  );
  #wakeAt = Infinity;
  #sleep: AbortController | undefined;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  schedule(item: Timed, due: number): void {
    item.due = due;
    if (item.slot < 0) this.#heap.push(item);
    else this.#heap.update(item);
    this.#arm();
  }

  cancel(item: Timed): void {
    // The sleep stays: waking once for nothing is cheaper than a new sleep for each deleted message.
    this.#heap.remove(item);
  }

  /** Fires what is due. Called by the timer, and by every operation that must see the present state. */
  run(now = this.#clock.now()): void {
    for (let item = this.#heap.peek(); item && item.due <= now; item = this.#heap.peek()) {
      this.#heap.remove(item);
      item.fire(now);
    }
  }

  close(): void {
    this.#closed = true;
    this.#heap.clear();
    this.#sleep?.abort();
  }

  #arm(): void {
    const next = this.#heap.peek();
    if (this.#closed || !next || next.due >= this.#wakeAt) return;
    this.#sleep?.abort();
    const sleep = new AbortController();
    this.#sleep = sleep;
    this.#wakeAt = next.due;
    const ms = Math.min(Math.max(1, Math.ceil(next.due - this.#clock.now())), LONGEST_SLEEP_MS);
    this.#clock.sleep(ms, sleep.signal).then(
      () => this.#wake(sleep),
      () => {}, // Aborted: an earlier deadline came, or the engine closed.
    );
  }

  #wake(sleep: AbortController): void {
    if (this.#closed || this.#sleep !== sleep) return;
    this.#wakeAt = Infinity;
    this.#sleep = undefined;
    this.run();
    this.#arm();
  }
}
