import { counted } from "../contract/counted.ts";
import type { BootstrapEvent } from "../contract/operations/deploy.ts";
import { bootstrap } from "../lib/deploy/bootstrap.ts";
import { invocation } from "../lib/installation.ts";
import { stageFlags as flagsOf } from "../lib/stage-choice.ts";
import { type CommandModule, presentation, show } from "./shared/cli.ts";
import { askAfterPlan, type Confirmation } from "./shared/confirm.ts";
import { accountFlags, choiceOf, examples, type StageFlags } from "./shared/flags.ts";
import { tellPlan } from "./shared/tell-plan.ts";

interface BootstrapFlags extends Omit<StageFlags, "stage" | "app"> {
  yes?: boolean;
}

export const command: CommandModule = {
  configure(it, cli, done) {
    it.option("--yes", "do not ask");
    accountFlags(it);
    const own = invocation(cli.place.installation, cli.place.cwd);
    examples(it, own, ["$ bootstrap --region eu-west-1", "$ bootstrap --profile work --yes"]);
    it.action(async (flags: BootstrapFlags) => {
      const choice = choiceOf(flags);
      const again = `${own} bootstrap${flagsOf(choice)} --yes`;
      const asked = flags.yes ? undefined : (event: BootstrapEvent) => confirmation(event, again);
      const events = await askAfterPlan(bootstrap(choice, cli.place), cli, flags, tellPlan(cli), asked);
      done(await show("bootstrap", events, presentation(cli, flags)));
    });
  },
};

function confirmation(event: BootstrapEvent, again: string): Confirmation | undefined {
  if (event.type !== "plan" || event.changes.length === 0) return undefined;
  return {
    what: `Make ${counted(event.changes.length, "change")} to the account`,
    otherwise: "Nothing was changed.",
    hint: [`If you mean it: ${again}`],
  };
}
