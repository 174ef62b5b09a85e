import { Option } from "commander";
import { counted } from "../contract/counted.ts";
import { IAC_KINDS, type IacKind } from "../contract/infrastructure.ts";
import type { DeployEvent } from "../contract/operations/deploy.ts";
import { deploy } from "../lib/deploy/deploy.ts";
import { invocation } from "../lib/installation.ts";
import { stageWords } from "../lib/stage-choice.ts";
import { type CommandModule, presentation, show } from "./shared/cli.ts";
import { askAfterPlan, type Confirmation } from "./shared/confirm.ts";
import { tellPlan } from "./shared/tell-plan.ts";
import { choiceOf, examples, type StageFlags, stageFlags } from "./shared/flags.ts";

interface DeployFlags extends StageFlags {
  iac?: IacKind;
  plan?: string;
  codeOnly?: boolean;
  yes?: boolean;
}

export const command: CommandModule = {
  configure(it, cli, done) {
    it.option("--plan <file>", "apply a plan that plan --out saved")
      .option("--code-only", "replace the functions' code and nothing else, in seconds")
      .option("--yes", "do not ask")
      .addOption(new Option("--iac <kind>", "which, where the project has several").choices(IAC_KINDS));
    stageFlags(it);
    const own = invocation(cli.place.installation, cli.place.cwd);
    examples(it, own, [
      "$ deploy --stage $USER",
      "$ deploy --stage prod --yes --json",
      "$ deploy --stage dev --code-only",
    ]);
    it.action(async (flags: DeployFlags) => {
      const { iac, plan, codeOnly = false } = flags;
      const choice = choiceOf(flags);
      const input = {
        choice,
        codeOnly,
        ...(iac === undefined ? {} : { iac }),
        ...(plan === undefined ? {} : { plan }),
      };
      const again = `${own} ${["deploy", ...stageWords(choice), "--yes"].join(" ")}`;
      const asked = flags.yes || codeOnly ? undefined : (event: DeployEvent) => confirmation(event, again);
      const events = await askAfterPlan(deploy(input, cli.place), cli, flags, tellPlan(cli), asked);
      done(await show("deploy", events, presentation(cli, flags)));
    });
  },
};

function confirmation(event: DeployEvent, again: string): Confirmation | undefined {
  if (event.type !== "plan" || event.changes.length === 0) return undefined;
  const losing = event.losing > 0 ? `, ${counted(event.losing, "of them loses data", "of them lose data")}` : "";
  return {
    what: `Deploy ${counted(event.changes.length, "change")}${losing}`,
    otherwise: "Nothing was changed.",
    hint: [`Look at it first: plan. Then: ${again}`],
  };
}
