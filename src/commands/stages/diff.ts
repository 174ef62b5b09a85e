import { invocation } from "../../lib/installation.ts";
import { diffStages } from "../../lib/stages/diff.ts";
import { type CommandModule, presentation, show } from "../shared/cli.ts";
import { choiceOf, examples, outputFlags, type StageFlags } from "../shared/flags.ts";

export const command: CommandModule = {
  configure(it, cli, done) {
    it.argument("<first>", "a stage").argument("<second>", "the one to compare it with");
    outputFlags(
      it
        .option("--app <name>", "app of both, without a checkout of it")
        .option("--profile <name>", "AWS profile")
        .option("--region <name>", "AWS region")
        .option("--endpoint-url <url>", "another AWS-compatible endpoint"),
    );
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ stages diff staging prod",
      "$ stages diff local prod",
    ]);
    it.action(async (first: string, second: string, flags: StageFlags) => {
      const input = { choice: choiceOf(flags), first, second };
      done(await show("stages-diff", diffStages(input, cli.place), presentation(cli, flags, { linesAreResult: true })));
    });
  },
};
