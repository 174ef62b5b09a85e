import { TransientError } from "./errors.ts";

/** After its signal, a run has so long to end by itself before it is left behind. */
const GRACE_MS = 1_000;

/** The attempt's share of the function's time is used up. */
export class AttemptTimeout extends TransientError {
  constructor(seconds: number) {
    super(`The attempt did not end within its ${seconds} s of the function's time.`, { code: "timeout" });
    this.name = "AttemptTimeout";
  }
}

export interface Deadline {
  signal: AbortSignal;
  abort(reason: Error): void;
  /** Milliseconds. */
  remaining(): number;
  clear(): void;
}

/** One signal for everything an attempt does: its deadline, or whoever aborts it. */
export function createDeadline(ms: number): Deadline {
  const controller = new AbortController();
  const endsAt = performance.now() + ms;
  const timer = setTimeout(() => controller.abort(new AttemptTimeout(Math.round(ms / 100) / 10)), ms);
  return {
    signal: controller.signal,
    abort: (reason: Error) => controller.abort(reason),
    remaining: () => Math.max(0, endsAt - performance.now()),
    clear: () => clearTimeout(timer),
  };
}

/** Waits for `work`, but not for long after the signal: code that does not heed it must not take the function with it. */
export function withinSignal<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => void setTimeout(() => reject(signal.reason), GRACE_MS);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject);
  });
}
