import { invocation } from "../lib/installation.ts";
import { showOutput } from "../lib/stages/output.ts";
import { type CommandModule, presentation, show } from "./shared/cli.ts";
import { choiceOf, examples, type StageFlags, stageFlags } from "./shared/flags.ts";

export const command: CommandModule = {
  configure(it, cli, done) {
    it.argument("[name]", "one of them alone, as it is: httpUrl, queueUrl, functions.worker");
    stageFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ output --stage prod",
      'curl "$($ output httpUrl --stage prod)/tasks"',
    ]);
    it.action(async (name: string | undefined, flags: StageFlags) => {
      const input = { choice: choiceOf(flags), ...(name === undefined ? {} : { name }) };
      done(await show("output", showOutput(input, cli.place), presentation(cli, flags, { linesAreResult: true })));
    });
  },
};
