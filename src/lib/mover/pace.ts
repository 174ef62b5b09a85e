import type { Clock } from "../../contract/clock.ts";

/** Lets `count` messages through when their turn has come. */
export type Pace = (count: number) => Promise<void>;

/** @param maxPerSecond over all who share it; absent: as fast as may be. */
export function createPace(maxPerSecond: number | undefined, clock: Clock, signal: AbortSignal): Pace {
  if (maxPerSecond === undefined) return async () => undefined;
  let free = clock.now();
  return async (count) => {
    const turn = Math.max(free, clock.now());
    free = turn + (count * 1000) / maxPerSecond;
    const wait = turn - clock.now();
    if (wait > 0) await clock.sleep(wait, signal);
  };
}
