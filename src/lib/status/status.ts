import { EXIT } from "../../contract/exit.ts";
import type { StatusEvent } from "../../contract/operations/status.ts";
import { interruptedExit } from "../interrupt.ts";
import type { Workplace } from "../services.ts";
import type { StageChoice } from "../stage.ts";
import { enterStageForReading } from "../tasks.ts";
import { look } from "./look.ts";

export interface StatusInput {
  choice: StageChoice;
  /** Milliseconds. */
  windowMs: number;
}

/** Shows how a stage fares: queues, consumers, pace, failures, cost, and what it would survive. */
export async function* status(input: StatusInput, place: Workplace): AsyncGenerator<StatusEvent> {
  const { clock, signal } = place;
  const stage = yield* enterStageForReading(input.choice, place);
  try {
    yield await look(stage.client, { windowMs: input.windowMs, now: clock.now(), signal });
    const exitCode = signal.aborted ? interruptedExit(signal) : EXIT.completed;
    yield { type: "summary", operation: "status", exitCode, looks: 1 };
  } finally {
    await stage.close();
  }
}
