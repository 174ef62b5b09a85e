import { EXIT } from "../../contract/exit.ts";
import type { StatusEvent, StatusShown } from "../../contract/operations/status.ts";
import { interruptedExit } from "../interrupt.ts";
import type { Workplace } from "../services.ts";
import type { StageChoice } from "../stage.ts";
import { enterStageForReading } from "../tasks.ts";
import { createLook } from "./look.ts";

export interface StatusInput {
  choice: StageChoice;
  /** Milliseconds. */
  windowMs: number;
  /** Looks again and again until it is left, so many milliseconds after each look. */
  everyMs?: number;
}

/**
 * Shows how a stage fares: queues, consumers, pace, failures, cost, and what it would survive; once, or until it is left. What
 * cannot be read for a while ends no watch.
 */
export async function* status(input: StatusInput, place: Workplace): AsyncGenerator<StatusEvent> {
  const { clock, signal } = place;
  const stage = yield* enterStageForReading(input.choice, place);
  const { everyMs } = input;
  let looks = 0;
  try {
    const figures = createLook(stage.client, { windowMs: input.windowMs, clock, signal });
    const look = async () => {
      const [shown, { broken, failing } = {}] = await Promise.all([figures(), stage.describe?.()]);
      if (broken !== undefined) return { ...shown, worker: { broken } };
      return failing === undefined ? shown : { ...shown, worker: { failing } };
    };
    do {
      const shown = await lookUnlessLeft(look, everyMs === undefined ? undefined : signal);
      if (!shown) break;
      looks += 1;
      yield everyMs === undefined ? shown : { ...shown, everyMs };
      if (everyMs !== undefined) await clock.sleep(everyMs, signal).catch(() => {});
    } while (everyMs !== undefined && !signal.aborted);
    // Leaving a watch is its ordinary end.
    const exitCode = signal.aborted && everyMs === undefined ? interruptedExit(signal) : EXIT.completed;
    yield { type: "summary", operation: "status", exitCode, looks };
  } finally {
    await stage.close();
  }
}

/** @returns nothing when the watch was left in the middle of a look. */
async function lookUnlessLeft(
  look: () => Promise<StatusShown>,
  left: AbortSignal | undefined,
): Promise<StatusShown | undefined> {
  try {
    const shown = await look();
    return left?.aborted ? undefined : shown;
  } catch (error) {
    if (left?.aborted) return undefined;
    throw error;
  }
}
