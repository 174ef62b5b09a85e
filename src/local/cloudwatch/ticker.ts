import type { Clock } from "../../contract/clock.ts";

const MINUTE_MS = 60_000;

export interface Ticker {
  /** What the intervals depend on has changed. */
  rearm(): void;
  close(): void;
}

/** Calls back at every full minute of the clock, and at every multiple of a shorter interval while there is one. */
export function createTicker(clock: Clock, interval: () => number | undefined, tick: () => void): Ticker {
  let sleep = new AbortController();
  let closed = false;

  const arm = () => {
    sleep = new AbortController();
    const step = Math.min(MINUTE_MS, interval() ?? MINUTE_MS);
    const { signal } = sleep;
    clock.sleep(step - (clock.now() % step), signal).then(
      () => {
        if (signal.aborted || closed) return;
        tick();
        arm();
      },
      () => {}, // Aborted: armed anew, or closed.
    );
  };
  arm();

  return {
    rearm() {
      if (closed) return;
      sleep.abort();
      arm();
    },
    close() {
      closed = true;
      sleep.abort();
    },
  };
}
