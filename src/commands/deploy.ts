import { counted } from "../contract/counted.ts";
import { shellWord } from "../contract/shell-word.ts";
import { UsageError } from "../contract/errors.ts";
import type { DeployEvent } from "../contract/operations/deploy.ts";
import { deploy } from "../lib/deploy/deploy.ts";
import { deployedStageName } from "../lib/deploy/stage-name.ts";
import { invocation } from "../lib/installation.ts";
import { stageFlags as flagsOf } from "../lib/stage-choice.ts";
import { type CommandModule, presentation, show } from "./shared/cli.ts";
import { askAfterPlan, type Confirmation } from "./shared/confirm.ts";
import { tellPlan } from "./shared/tell-plan.ts";
import { choiceOf, examples, type IacFlags, iacFlags } from "./shared/flags.ts";

interface DeployFlags extends IacFlags {
  plan?: string;
  codeOnly?: boolean;
  yes?: boolean;
  allowDataLoss?: boolean;
}

export const command: CommandModule = {
  configure(it, cli, done) {
    it.option("--plan <file>", "apply a plan that plan --out saved")
      .option("--code-only", "replace the functions' code and nothing else, in seconds")
      .option("--yes", "do not ask")
      .option("--allow-data-loss", "with --yes: also where the plan says that data is lost");
    iacFlags(it);
    const own = invocation(cli.place.installation, cli.place.cwd);
    examples(it, own, [
      "$ deploy --stage $USER",
      "$ deploy --stage prod --yes --json",
      "$ deploy --stage dev --code-only",
    ]);
    it.action(async (flags: DeployFlags) => {
      const { iac, plan, codeOnly = false } = flags;
      const choice = choiceOf(flags);
      if (codeOnly && plan !== undefined) {
        throw new UsageError("--code-only and --plan exclude each other: a plan is applied whole.", {
          code: "FLAGS_EXCLUDE",
          where: "--code-only, --plan",
          hint: "Leave one of them out.",
        });
      }
      const input = {
        choice,
        codeOnly,
        mayLoseData: !flags.yes || flags.allowDataLoss === true,
        ...(iac === undefined ? {} : { iac }),
        ...(plan === undefined ? {} : { plan }),
      };
      const same = `${plan === undefined ? "" : ` --plan ${shellWord(plan)}`}${iac === undefined ? "" : ` --iac ${iac}`}`;
      const again = `${own} deploy${flagsOf(choice)}${same} --yes`;
      const stage = deployedStageName(choice, cli.place);
      const asked = flags.yes || codeOnly ? undefined : (event: DeployEvent) => confirmation(event, stage, again);
      const events = await askAfterPlan(deploy(input, cli.place), cli, flags, tellPlan(cli), asked);
      done(await show("deploy", events, presentation(cli, flags)));
    });
  },
};

function confirmation(event: DeployEvent, stage: string, again: string): Confirmation | undefined {
  if (event.type !== "plan" || event.changes.length === 0) return undefined;
  const losing = event.losing > 0 ? `, ${counted(event.losing, "of them loses data", "of them lose data")}` : "";
  return {
    what: `Deploy ${counted(event.changes.length, "change")} to the stage ${stage}${losing}`,
    otherwise: "Nothing was changed.",
    // What cannot be taken back is no matter of one key.
    ...(event.losing > 0 ? { typed: stage } : {}),
    hint: [`Look at it first: plan. Then: ${again}${event.losing > 0 ? " --allow-data-loss" : ""}`],
  };
}
