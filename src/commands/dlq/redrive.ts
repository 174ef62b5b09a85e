import { redrive } from "../../lib/dlq/redrive.ts";
import { invocation } from "../../lib/installation.ts";
import { type CommandModule, presentation, show } from "../shared/cli.ts";
import { choiceOf, examples, type StageFlags, stageFlags, whole } from "../shared/flags.ts";

interface RedriveFlags extends StageFlags {
  rate?: number;
  wait?: boolean;
}

export const command: CommandModule = {
  configure(it, cli, done) {
    it.option("--rate <n>", "messages a second at most", whole(1, 500)).option(
      "--wait",
      "also follow the tasks to their end",
    );
    stageFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ dlq redrive --wait",
      "$ dlq redrive --stage prod --rate 5",
    ]);
    it.action(async (flags: RedriveFlags) => {
      const input = {
        choice: choiceOf(flags),
        wait: flags.wait === true,
        ...(flags.rate === undefined ? {} : { maxPerSecond: flags.rate }),
      };
      done(await show("dlq-redrive", redrive(input, cli.place), presentation(cli, flags)));
    });
  },
};
