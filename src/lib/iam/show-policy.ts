import { EXIT } from "../../contract/exit.ts";
import { LOCAL_STAGE } from "../../contract/names.ts";
import type { IamPolicyEvent } from "../../contract/operations/stages.ts";
import { partitionOf } from "../../contract/partitions.ts";
import { resourceNames } from "../../contract/resources.ts";
import { UsageError } from "../../contract/errors.ts";
import { checkAppName } from "../app-name.ts";
import { findProject } from "../config/load.ts";
import type { Workplace } from "../services.ts";
import { stageName } from "../stage.ts";
import type { StageChoice } from "../stage-choice.ts";
import type { IamRole } from "../../contract/iam/grants.ts";
import { policyDocument } from "../../contract/iam/policy.ts";

export interface IamPolicyInput {
  choice: StageChoice;
  role: IamRole;
  /** Absent: of whichever account it is given to somebody in. */
  account?: string;
}

/** Prints the least that somebody in the role needs. Calls nothing: who asks may have no credentials yet. */
export async function* showPolicy(input: IamPolicyInput, place: Workplace): AsyncGenerator<IamPolicyEvent> {
  const { choice, role, account = "*" } = input;
  const stage = stageName(choice, place.env);
  if (stage === LOCAL_STAGE) {
    throw new UsageError("The stage local asks nobody for a permission.", {
      code: "STAGE_LOCAL",
      where: "--stage",
      hint: "Name the stage that the policy is for: --stage prod",
    });
  }
  const app = choice.app ?? (await findProject(place.cwd, stage))?.config.app;
  if (app === undefined) {
    throw new UsageError("Which app is the policy for?", {
      code: "APP_MISSING",
      where: "--app",
      hint: "Run the command in the project, or name the app: --app NAME",
    });
  }
  checkAppName(app);
  const region = choice.region ?? "*";
  const scope = {
    names: resourceNames(app, stage, account),
    app,
    stage,
    account,
    region,
    partition: partitionOf(region).name,
  };
  yield { type: "policy", role, document: policyDocument(role, scope) };
  yield { type: "summary", operation: "iam-policy", exitCode: EXIT.completed };
}
