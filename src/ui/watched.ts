import { counted } from "../contract/counted.ts";
import type {
  DlqRedriveSummary,
  RedriveBounds,
  RedriveDecided,
  RedriveWatched,
  RedrivenJudged,
} from "../contract/operations/dlq-redrive.ts";
import { percent } from "../contract/percent.ts";
import { formatCost, formatCount } from "./format.ts";
import { describeError } from "./timeline.ts";

/* Words for a watched redrive: the same on every screen and in plain text. */

/** @returns `10 go first; then the rest, while at most 5% of first attempts fail and $20 are not used up (about $0.0021 a task)`. */
export function describeBounds({ canary, maxFailureRate, budgetUsd, taskUsd }: RedriveBounds): string {
  const each = taskUsd === undefined ? "" : ` (about ${formatCost(taskUsd)} a task)`;
  const budget = budgetUsd === undefined ? "" : ` and ${formatCost(budgetUsd)} are not used up${each}`;
  return `${counted(canary, "goes", "go")} first; then the rest, while at most ${percent(maxFailureRate)} of first attempts fail${budget}`;
}

/** @returns `canaries: 8 of 10 judged, 1 failed, 2 in flight, $0.0172 spent`. */
export function describeWatched({ phase, ...figures }: RedriveWatched): string {
  return `${phase === "canary" ? "canaries" : "all"}: ${describeFigures(figures)}`;
}

export function describeFigures({
  moved,
  judged,
  failed,
  inFlight,
  spentUsd,
}: Omit<RedriveWatched, "type" | "phase">): string {
  return `${formatCount(judged)} of ${formatCount(moved)} judged, ${formatCount(failed)} failed, ${formatCount(inFlight)} in flight, ${formatCost(spentUsd)} spent`;
}

/** @returns `goes on: 0 of 10 first attempts failed (0%), at most 5% may`. */
export function describeDecision({ decision, why }: RedriveDecided): string {
  return `${decision === "go on" ? "goes on" : "stops"}: ${why}`;
}

export function describeJudged({ taskId, ok, error }: RedrivenJudged): string {
  return `${taskId} ${ok ? "did well" : "failed again"}${error ? `: ${describeError(error)}` : ""}`;
}

/** @returns what the summary tells of it, a line each. */
export function describeWatch(watch: NonNullable<DlqRedriveSummary["watch"]>): string[] {
  return [
    `first attempts: ${describeFigures(watch)}`,
    ...(watch.unfollowed > 0
      ? [
          counted(
            watch.unfollowed,
            "stays that has no record: nobody could tell how it ends",
            "stay that have no record: nobody could tell how they end",
          ),
        ]
      : []),
    ...(watch.stopped === undefined ? [] : [`stopped: ${watch.stopped}`]),
  ];
}
