import { AbortError } from "../../contract/errors.ts";
import type { InfrastructureInput } from "../../contract/infrastructure.ts";
import { jsonIn, member } from "../../contract/json.ts";

const IDENTITY = ["app", "stage", "account", "region"] as const;

/**
 * A state decides what is made and what is removed: the wrong one makes a stage beside the one that is there, or replaces it.
 *
 * @param outputs what `output -json` prints.
 * @param holds whether the state knows of any resource.
 * @throws AbortError `STATE_MISMATCH` where the state is of something else, `STATE_ELSEWHERE` where the stage is in none.
 */
export function refuseForeignState(
  { app, stage, site, directory }: InfrastructureInput,
  outputs: string,
  holds: boolean,
): void {
  if (!site) return;
  const recorded = member(member(jsonIn(outputs), "stage"), "value");
  const asked = { app, stage, account: site.account, region: site.region };
  const differ = IDENTITY.filter((name) => {
    const known = member(recorded, name);
    return known !== undefined && known !== asked[name];
  });
  if (differ.length > 0) {
    const [here, there] = [asked, recorded].map((of) =>
      differ.map((name) => `${name} ${String(member(of, name))}`).join(", "),
    );
    throw new AbortError(`The state is of ${there}; this would be ${here}.`, {
      code: "STATE_MISMATCH",
      where: directory,
      hint: [
        "Going on would replace everything, with all data. Nothing was changed.",
        "Use the app, profile and region that it was deployed with, or another stage name.",
      ],
    });
  }
  if (holds || !site.deployed) return;
  throw new AbortError(`The stage ${stage} of ${app} is there, but Terraform's state here knows nothing of it.`, {
    code: "STATE_ELSEWHERE",
    where: directory,
    hint: [
      "Its state lies where it was deployed from, in another workspace, or in a backend that this project does not name (infra/backend.tf).",
      "If it was deployed by CloudFormation: --iac cloudformation",
      "If it is lost for good, import what is there, or remove it by hand: all of it has the tags ai-pipeline:app and ai-pipeline:stage.",
      "Going on would make a second stage beside it, or leave it running. Nothing was changed.",
    ],
  });
}
