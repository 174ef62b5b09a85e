import { invocation } from "../../lib/installation.ts";
import { listStages } from "../../lib/stages/list.ts";
import { type CommandModule, presentation, show } from "../shared/cli.ts";
import { accountFlags, choiceOf, examples, type StageFlags } from "../shared/flags.ts";

export const command: CommandModule = {
  configure(it, cli, done) {
    accountFlags(it.option("--app <name>", "only those of one app"));
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ stages list",
      "$ stages list --json | jq -r 'select(.type == \"stage-found\").outputs.stage'",
    ]);
    it.action(async (flags: StageFlags) =>
      done(
        await show(
          "stages-list",
          listStages(choiceOf(flags), cli.place),
          presentation(cli, flags, { linesAreResult: true }),
        ),
      ),
    );
  },
};
