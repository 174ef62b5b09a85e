import { invocation } from "../../lib/installation.ts";
import { diffStages } from "../../lib/stages/diff.ts";
import { type CommandModule, presentation, show } from "../shared/cli.ts";
import { accountFlags, choiceOf, examples, type StageFlags } from "../shared/flags.ts";

export const command: CommandModule = {
  configure(it, cli, done) {
    it.argument("<first>", "a stage").argument("<second>", "the one to compare it with");
    accountFlags(it.option("--app <name>", "app of both, without a checkout of it"));
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
