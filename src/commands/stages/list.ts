import { invocation } from "../../lib/installation.ts";
import { listStages } from "../../lib/stages/list.ts";
import { type CommandModule, presentation, show } from "../shared/cli.ts";
import { choiceOf, examples, outputFlags, type StageFlags } from "../shared/flags.ts";

export const command: CommandModule = {
  configure(it, cli, done) {
    outputFlags(
      it
        .option("--app <name>", "only those of one app")
        .option("--profile <name>", "AWS profile")
        .option("--region <name>", "AWS region")
        .option("--endpoint-url <url>", "another AWS-compatible endpoint"),
    );
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
