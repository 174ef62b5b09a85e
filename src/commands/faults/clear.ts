import { changeFaults } from "../../lib/faults.ts";
import { invocation } from "../../lib/installation.ts";
import { type CommandModule, type OutputFlags, presentation, show } from "../shared/cli.ts";
import { examples, outputFlags } from "../shared/flags.ts";

export const command: CommandModule = {
  configure(it, cli, done) {
    it.argument("[rule]", "the one to clear, such as model:429; left out, all");
    outputFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), ["$ faults clear", "$ faults clear model:429"]);
    it.action(async (rule: string | undefined, flags: OutputFlags) => {
      const input = { action: "clear" as const, ...(rule === undefined ? {} : { rule }) };
      done(await show("faults", changeFaults(input, cli.place), presentation(cli, flags, { linesAreResult: true })));
    });
  },
};
