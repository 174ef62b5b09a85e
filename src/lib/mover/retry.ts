import type { Clock } from "../../contract/clock.ts";
import { AuthorizationError } from "../../contract/errors.ts";

const TRIES = 6;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5000;

/**
 * Tries `run` again, with growing pauses, until it says that it is done or all tries are used up.
 *
 * @param run is given the number of the try, from 1. It throws what may pass (a network's error, a busy service).
 * @throws its last error; at once, an error of permission and the signal's reason.
 */
export async function withRetries<T>(
  run: (attempt: number) => Promise<{ done: boolean; value: T }>,
  { clock, random, signal }: { clock: Clock; random: () => number; signal: AbortSignal },
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      const { done, value } = await run(attempt);
      if (done || attempt === TRIES) return value;
    } catch (error) {
      if (signal.aborted || error instanceof AuthorizationError || attempt === TRIES) throw error;
    }
    // Full jitter: lanes that were refused together do not come back together.
    await clock.sleep(random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt), signal);
  }
}
