import type { Settings } from "../../contract/settings.ts";

/**
 * @param random in [0, 1)
 * @returns milliseconds until the next attempt: what the model asked for, else exponential with full jitter.
 */
export function retryDelay(
  attempt: number,
  backoff: Settings["backoff"],
  random: number,
  retryAfterMs?: number,
): number {
  if (retryAfterMs !== undefined) return retryAfterMs;
  const ceiling = Math.min(backoff.max, backoff.base * 2 ** (attempt - 1));
  return Math.round(ceiling * 1000 * random);
}
