import { plan } from "../lib/deploy/plan.ts";
import { invocation } from "../lib/installation.ts";
import { type CommandModule, presentation, show } from "./shared/cli.ts";
import { choiceOf, examples, type IacFlags, iacFlags } from "./shared/flags.ts";

interface PlanFlags extends IacFlags {
  out?: string;
  detailedExitcode?: boolean;
}

export const command: CommandModule = {
  configure(it, cli, done) {
    it.option("--out <file>", "save the plan, for deploy --plan").option(
      "--detailed-exitcode",
      "exit with 2 when something would change",
    );
    iacFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ plan --stage prod",
      "$ plan --stage prod --out prod.plan --detailed-exitcode",
    ]);
    it.action(async (flags: PlanFlags) => {
      const { iac, out, detailedExitcode = false } = flags;
      const input = {
        choice: choiceOf(flags),
        detailedExitCode: detailedExitcode,
        ...(iac === undefined ? {} : { iac }),
        ...(out === undefined ? {} : { out }),
      };
      done(await show("plan", plan(input, cli.place), presentation(cli, flags)));
    });
  },
};
