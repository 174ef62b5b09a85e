import { counted } from "../../../contract/counted.ts";
import type { RedriveBounds, RedriveDecided } from "../../../contract/operations/dlq-redrive.ts";
import { percent } from "../../../contract/percent.ts";
import type { Allowance } from "../../mover/allowance.ts";
import type { Tracker } from "./tracker.ts";

/** Lets letters go a few at a time: first the canaries, then the rest while those that went do well. */
export interface Guard extends Allowance {
  readonly phase: "canary" | "rest";
  /** Why nothing more goes. */
  readonly stopped: string | undefined;
  sent(count: number): void;
  /**
   * Decides anew after a look.
   *
   * @param moving whether more may go.
   * @returns what was decided, if that is news.
   */
  decide(moving: boolean): RedriveDecided | undefined;
  /** Nothing more goes, for no fault of the tasks. */
  end(): void;
}

/** An outage that comes back shows in the last few long before it shows in the share of all: half of so many. */
const RUN_SHARE = 0.5;
const RUN_LENGTH = 10;

/**
 * @param window so many first attempts may be open at a time, once the canaries did well: an outage that comes back costs no
 * more than these.
 */
export function createGuard(bounds: RedriveBounds, tracker: Tracker, window: number): Guard {
  const { canary, maxFailureRate, budgetUsd } = bounds;
  let phase: Guard["phase"] = "canary";
  let stopped: string | undefined;
  let ended = false;
  let reserved = 0;
  const waiting = new Set<() => void>();
  const changed = () => {
    for (const wake of waiting) wake();
    waiting.clear();
  };

  /** The dearer of what tasks cost lately and what the redriven ones did. */
  const estimate = () => Math.max(bounds.taskUsd ?? 0, tracker.averageUsd ?? 0);
  const affordable = () => {
    if (budgetUsd === undefined) return Infinity;
    const each = estimate();
    const committed = tracker.spentUsd + (tracker.inFlight + reserved) * each;
    return each === 0 ? Infinity : Math.floor((budgetUsd - committed) / each + 1e-9);
  };
  const free = () => {
    const room = phase === "canary" ? canary - tracker.moved : window - tracker.open;
    return Math.min(room - reserved, affordable());
  };
  const stop = (why: string): RedriveDecided => {
    stopped = why;
    changed();
    return { type: "decided", decision: "stop", why };
  };

  return {
    get phase() {
      return phase;
    },
    get stopped() {
      return stopped;
    },
    async take(max, signal) {
      for (;;) {
        if (stopped !== undefined || ended || signal.aborted) return 0;
        const count = Math.min(max, free());
        if (count > 0) {
          reserved += count;
          return count;
        }
        await new Promise<void>((resolve) => {
          waiting.add(resolve);
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
      }
    },
    giveBack(count) {
      reserved -= count;
      if (count > 0) changed();
    },
    sent: (count) => void (reserved -= count),
    end() {
      ended = true;
      changed();
    },
    decide(moving) {
      if (stopped !== undefined) return undefined;
      const { judged, failed } = tracker;
      const told = `${failed} of ${counted(judged, "first attempt")} failed (${percent(judged === 0 ? 0 : failed / judged)})`;
      if (budgetUsd !== undefined && tracker.priceUnknown)
        return stop("a task used a model whose price is not known: nobody can tell when the budget is used up");
      const isJudged = tracker.open === 0 && (tracker.moved >= canary || !moving);
      if (phase === "rest" || isJudged) {
        const bad = tracker.recent(RUN_LENGTH).filter((outcome) => outcome === "failed").length;
        if (judged > 0 && failed / judged > maxFailureRate)
          return stop(`${told}, and at most ${percent(maxFailureRate)} may`);
        if (bad / RUN_LENGTH >= RUN_SHARE && bad / RUN_LENGTH > maxFailureRate)
          return stop(`${bad} of the last ${RUN_LENGTH} first attempts failed`);
      }
      if (!moving) return undefined;
      // What is in flight may turn out cheaper than it is reckoned.
      if (affordable() < 1 && tracker.inFlight + reserved === 0) return stop(budgetText());
      if (phase === "rest" || !isJudged) {
        changed();
        return undefined;
      }
      if (judged === 0) return stop("all canaries were cancelled: nothing tells how the rest would do");
      phase = "rest";
      changed();
      return { type: "decided", decision: "go on", why: `${told}, at most ${percent(maxFailureRate)} may` };
    },
  };

  function budgetText(): string {
    const [spent, each] = [tracker.spentUsd, estimate()].map((usd) => `$${usd.toFixed(4)}`);
    return `the budget of $${budgetUsd} is near: ${spent} are spent, and a task is reckoned to cost ${each}`;
  }
}
