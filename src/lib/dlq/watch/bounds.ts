import { AbortError, UsageError } from "../../../contract/errors.ts";
import type { RedriveBounds } from "../../../contract/operations/dlq-redrive.ts";
import type { StageClient } from "../../../contract/ports.ts";
import { averageTaskCost } from "../forecast.ts";
import type { Letters } from "../letters.ts";
import type { Route } from "../routes.ts";

/** What was asked for; any member makes a redrive a watched one. */
export interface WatchInput {
  canary?: number;
  /** Share of first attempts, from 0 to 1. */
  maxFailureRate?: number;
  budgetUsd?: number;
}

const CANARY = 10;
const MAX_FAILURE_RATE = 0.05;

/** @returns whether a redrive is to be watched. */
export function isWatched({ canary, maxFailureRate, budgetUsd }: WatchInput): boolean {
  return [canary, maxFailureRate, budgetUsd].some((member) => member !== undefined);
}

/**
 * @returns the bounds of a watched redrive.
 * @throws UsageError `CANNOT_FOLLOW`, AbortError `PRICE_UNKNOWN`, `BUDGET_TOO_SMALL`.
 */
export async function watchBounds(
  input: WatchInput,
  { stage }: Letters,
  routes: readonly Route[],
): Promise<{ bounds: RedriveBounds; stage: StageClient }> {
  const { canary = CANARY, maxFailureRate = MAX_FAILURE_RATE, budgetUsd } = input;
  const where = input.canary !== undefined ? "--canary" : budgetUsd === undefined ? "--max-failure-rate" : "--budget";
  if (!stage) throw cannotFollow(where, "Messages of a queue that belongs to no stage");
  if (!routes.every(({ destination }) => destination.queue === stage.outputs.queueUrl))
    throw cannotFollow(where, "Messages that go to another queue than the stage's own");
  if (budgetUsd === undefined) return { bounds: { canary, maxFailureRate }, stage };
  const price = await averageTaskCost(stage);
  if ("unknown" in price) throw priceUnknown(price.unknown);
  if (price.usd * canary > budgetUsd) throw tooSmall(canary, price.usd, budgetUsd);
  return { bounds: { canary, maxFailureRate, budgetUsd, taskUsd: price.usd }, stage };
}

function cannotFollow(where: string, what: string): UsageError {
  return new UsageError(`${what} cannot be followed: no record tells how they end.`, {
    code: "CANNOT_FOLLOW",
    where,
    hint: "Leave it out, move a few with --limit, and look at the dead-letter queue again in a while.",
  });
}

function priceUnknown(reason: string): AbortError {
  return new AbortError(`What a task costs is not known: ${reason}. Nothing was moved.`, {
    code: "PRICE_UNKNOWN",
    where: "--budget",
    hint: [
      "A few that complete tell it: redrive some without --budget first, with --canary 5 --limit 5",
      "A model that the price table does not know has no budget: leave --budget out.",
    ],
  });
}

function tooSmall(canary: number, usd: number, budget: number): AbortError {
  return new AbortError(
    `${canary} canaries cost about $${(canary * usd).toFixed(4)}, more than the budget of $${budget}. Nothing was moved.`,
    {
      code: "BUDGET_TOO_SMALL",
      where: "--budget",
      hint: `A task cost $${usd.toFixed(4)} on average lately: name fewer with --canary, or a larger budget.`,
    },
  );
}
