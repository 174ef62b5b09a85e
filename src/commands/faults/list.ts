import { changeFaults } from "../../lib/faults.ts";
import { invocation } from "../../lib/installation.ts";
import { type CommandModule, type OutputFlags, presentation, show } from "../shared/cli.ts";
import { examples, outputFlags } from "../shared/flags.ts";

export const command: CommandModule = {
  configure(it, cli, done) {
    outputFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), ["$ faults list"]);
    it.action(async (flags: OutputFlags) => {
      done(
        await show(
          "faults",
          changeFaults({ action: "list" }, cli.place),
          presentation(cli, flags, { linesAreResult: true }),
        ),
      );
    });
  },
};
