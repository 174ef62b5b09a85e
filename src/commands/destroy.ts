import type { DestroyEvent } from "../contract/operations/deploy.ts";
import { destroy } from "../lib/deploy/destroy.ts";
import { deployedStageName } from "../lib/deploy/stage-name.ts";
import { invocation } from "../lib/installation.ts";
import { stageFlags as flagsOf } from "../lib/stage-choice.ts";
import { type CommandModule, presentation, show } from "./shared/cli.ts";
import { askAfterPlan, type Confirmation } from "./shared/confirm.ts";
import { tellPlan } from "./shared/tell-plan.ts";
import { choiceOf, examples, type IacFlags, iacFlags } from "./shared/flags.ts";

interface DestroyFlags extends IacFlags {
  keepData?: boolean;
  yes?: boolean;
}

export const command: CommandModule = {
  configure(it, cli, done) {
    it.option("--keep-data", "leave the bucket, the task records and the secrets").option(
      "--yes",
      "do not ask for the stage's name",
    );
    iacFlags(it);
    const own = invocation(cli.place.installation, cli.place.cwd);
    examples(it, own, ["$ destroy --stage $USER", "$ destroy --stage dev --keep-data --yes"]);
    it.action(async (flags: DestroyFlags) => {
      const { iac, keepData = false } = flags;
      const choice = choiceOf(flags);
      const stage = deployedStageName(choice, cli.place);
      const input = { choice, keepData, ...(iac === undefined ? {} : { iac }) };
      const again = `${own} destroy${flagsOf(choice)}${iac === undefined ? "" : ` --iac ${iac}`}${keepData ? " --keep-data" : ""} --yes`;
      const asked = flags.yes ? undefined : (event: DestroyEvent) => confirmation(event, stage, keepData, again);
      const events = await askAfterPlan(destroy(input, cli.place), cli, flags, tellPlan(cli), asked);
      done(await show("destroy", events, presentation(cli, flags)));
    });
  },
};

function confirmation(event: DestroyEvent, stage: string, keepData: boolean, again: string): Confirmation | undefined {
  if (event.type !== "plan" || (event.changes.length === 0 && (keepData || event.notes.length === 0))) return undefined;
  return {
    what: `Remove the stage ${stage}${keepData ? ", but not its data" : " with all of it"}`,
    otherwise: "Nothing was removed.",
    typed: stage,
    hint: [`If you mean it: ${again}`],
  };
}
