/** How many invocations of a mapping may run at a time. */
export interface ConcurrencyLimit {
  /** True without a cap: the limit rises while the backlog lasts. */
  readonly grows: boolean;
  now(running: number): number;
}

/** AWS starts with 5 batches at a time, adds up to 300 a minute, and ends at 1,250 (guide `services-sqs-scaling`). */
const FIRST = 5;
const PER_SECOND = 5;
const MOST = 1250;

/** @param cap `MaximumConcurrency`; absent: AWS's own scaling. */
export function createConcurrencyLimit(cap: number | undefined): ConcurrencyLimit {
  let busySince: number | undefined;
  return {
    grows: cap === undefined,
    now(running) {
      if (cap !== undefined) return cap;
      if (running < FIRST) {
        busySince = undefined;
        return FIRST;
      }
      busySince ??= performance.now();
      return Math.min(MOST, FIRST + Math.floor(((performance.now() - busySince) / 1000) * PER_SECOND));
    },
  };
}
