import { AbortError, PipelineError } from "../../contract/errors.ts";
import type { StageClient } from "../../contract/ports.ts";
import type { Workplace } from "../services.ts";
import { resumeCommand, type StageChoice } from "../stage-choice.ts";

/**
 * Refuses to send letters to a queue from which nothing is taken: they would only wait there, for the outage that the stage
 * was paused for, and expire sooner.
 *
 * @throws AbortError `STAGE_PAUSED`.
 */
export async function refusePaused(stage: StageClient, choice: StageChoice, place: Workplace): Promise<void> {
  const { paused } = stage.mark;
  if (!paused && !(await isDisabled(stage))) return;
  const { stage: name, app } = stage.ref;
  const who = paused
    ? ` since ${paused.at} by ${paused.by}${paused.reason === undefined ? "" : `: ${paused.reason}`}`
    : ": its event source mapping was disabled by other means";
  throw new AbortError(`The stage ${name} of ${app} is paused${who}. Nothing was sent.`, {
    code: "STAGE_PAUSED",
    where: stage.outputs.queueUrl,
    hint: [
      `Take messages again first: ${resumeCommand(choice, place)}`,
      "Or send all the same, to wait in the queue: add --while-paused",
    ],
  });
}

/** Who may not look is not kept from moving. */
async function isDisabled({ consumption }: StageClient): Promise<boolean> {
  try {
    return (await consumption.get()).state === "disabled";
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    return false;
  }
}
