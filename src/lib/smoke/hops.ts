import { AuthorizationError, messageOf } from "../../contract/errors.ts";
import type { HopEvent, SmokeHop } from "../../contract/operations/smoke.ts";
import type { Clock } from "../../contract/clock.ts";

/** Milliseconds each hop may take, unless `--limit` says otherwise. */
export const HOP_LIMITS: Readonly<Record<SmokeHop, number>> = {
  accepted: 5000,
  queued: 10_000,
  worked: 120_000,
  stored: 5000,
  told: 10_000,
  cleaned: 15_000,
};

/** What a hop saw; `problem` makes it fail. */
export interface Finding {
  detail: string;
  problem?: boolean;
  /** Instead of the time the hop took here. */
  ms?: number;
}

export interface HopRun {
  clock: Clock;
  signal: AbortSignal;
  limits: Readonly<Record<SmokeHop, number>>;
  /** Its reason is why nothing can work. */
  broken: AbortSignal;
  /** Of the hops that ended. */
  ended: HopEvent[];
}

/**
 * Runs one hop against its limit: what it throws and what takes too long is a failure of the hop, never of the program.
 * After a failed hop the next is skipped; `always` is for the one that cleans up.
 *
 * @returns whether it passed.
 */
export async function* runHop(
  run: HopRun,
  hop: SmokeHop,
  work: (signal: AbortSignal) => Promise<Finding>,
  always = false,
): AsyncGenerator<HopEvent, boolean> {
  const limitMs = run.limits[hop];
  const end = (event: Omit<HopEvent, "type" | "hop" | "limitMs">): HopEvent => {
    const full: HopEvent = { type: "hop", hop, ...event, limitMs };
    run.ended.push(full);
    return full;
  };
  if (!always && run.ended.some(({ state }) => state !== "passed")) {
    yield end({ state: "skipped" });
    return false;
  }
  yield { type: "hop", hop, state: "running", limitMs };
  const began = run.clock.now();
  const timeout = AbortSignal.timeout(limitMs);
  // Cleaning goes on after Ctrl-C; everything else stops.
  const signal = always ? timeout : AbortSignal.any([run.signal, run.broken, timeout]);
  try {
    const finding = await raceAbort(work(signal), signal);
    const ms = finding.ms ?? run.clock.now() - began;
    const state = finding.problem || ms > limitMs ? "failed" : "passed";
    yield end({ state, detail: finding.detail, ms });
    return state === "passed";
  } catch (error) {
    const ms = run.clock.now() - began;
    const detail = run.broken.aborted
      ? reasonOf(run.broken.reason)
      : timeout.aborted
        ? `nothing within ${limitMs / 1000} s`
        : run.signal.aborted
          ? "interrupted"
          : reasonOf(error);
    yield end({ state: "failed", detail, ms });
    return false;
  }
}

function raceAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason instanceof Error ? signal.reason : new Error("Aborted."));
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

function reasonOf(error: unknown): string {
  if (error instanceof AuthorizationError && error.where !== undefined) return `${error.message} (${error.where})`;
  return messageOf(error);
}
