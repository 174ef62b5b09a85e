import { AbortError } from "../../contract/errors.ts";
import { invocation } from "../installation.ts";
import type { Workplace } from "../services.ts";
import type { OpenStage } from "../stage.ts";

/**
 * A stack that lives as long as the command waits for its tasks, and a paused one runs none.
 *
 * @throws AbortError `STAGE_PAUSED`.
 */
export function refuseWaitingForNothing({ own, client }: OpenStage, place: Workplace): void {
  const { paused } = client.mark;
  if (!own || !paused) return;
  const command = invocation(place.installation, place.cwd);
  throw new AbortError(`The local stage is paused since ${paused.at} by ${paused.by}: the task would never run.`, {
    code: "STAGE_PAUSED",
    where: "--stage local",
    hint: [`Start it in another terminal: ${command} dev`, `and take tasks again: ${command} resume`],
  });
}
