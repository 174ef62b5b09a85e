import type { Storage } from "./storage.ts";

/** AWS deletes within days of expiry; half a minute keeps local tables small and is as allowed. */
export const SWEEP_INTERVAL_MS = 30_000;

/** Deletes expired items now and then, in real time. @returns what ends it. */
export function sweepRegularly(storage: Storage, now: () => number, intervalMs: number): () => void {
  const timer = setInterval(() => {
    if (!storage.hasExpiry()) return;
    try {
      storage.sweep(now());
    } catch {
      // A failing disk is told by the requests that meet it; the next sweep tries again.
    }
  }, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}
