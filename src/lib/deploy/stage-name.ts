import { UsageError } from "../../contract/errors.ts";
import { LOCAL_STAGE } from "../../contract/names.ts";
import type { Workplace } from "../services.ts";
import { stageName } from "../stage.ts";
import type { StageChoice } from "../stage-choice.ts";

/** @returns the stage's name. @throws UsageError `STAGE_LOCAL` for that of the embedded stack. */
export function deployedStageName(choice: StageChoice, place: Workplace): string {
  const stage = stageName(choice, place.env);
  if (stage !== LOCAL_STAGE) return stage;
  throw new UsageError("The stage local is the embedded stack: it is started, not deployed.", {
    code: "STAGE_LOCAL",
    where: "--stage",
    hint: ["Name a stage of your own, which costs next to nothing while it is idle: --stage $USER"],
  });
}
