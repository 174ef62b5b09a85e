import { changeFaults } from "../../lib/faults.ts";
import { invocation } from "../../lib/installation.ts";
import { type CommandModule, type OutputFlags, presentation, show } from "../shared/cli.ts";
import { examples, outputFlags } from "../shared/flags.ts";

export const command: CommandModule = {
  configure(it, cli, done) {
    it.argument("<rules...>", "such as model:429=0.3, model:hang=next:2, lambda:crash=next:1, outage");
    outputFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ faults set model:429=0.3",
      "$ faults set outage",
    ]);
    it.action(async (rules: string[], flags: OutputFlags) => {
      done(
        await show(
          "faults",
          changeFaults({ action: "set", rules }, cli.place),
          presentation(cli, flags, { linesAreResult: true }),
        ),
      );
    });
  },
};
