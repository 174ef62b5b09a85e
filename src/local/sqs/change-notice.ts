import type { Timed, Timer } from "./timer.ts";

/** So often, at most, a watcher of the queues is told. */
const INTERVAL_MS = 50;

/** Tells watchers that counts changed, many changes in one call. Costs a comparison while nobody watches. */
export class ChangeNotice implements Timed {
  readonly #listeners = new Set<() => void>();
  readonly #timer: () => { timer: Timer; now: number };
  due = 0;
  slot = -1;

  constructor(timer: () => { timer: Timer; now: number }) {
    this.#timer = timer;
  }

  changed(): void {
    if (this.#listeners.size === 0 || this.slot >= 0) return;
    const { timer, now } = this.#timer();
    timer.schedule(this, now + INTERVAL_MS);
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  fire(): void {
    for (const listener of this.#listeners) listener();
  }
}
