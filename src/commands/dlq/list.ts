import { listDeadLetters } from "../../lib/dlq/list.ts";
import { invocation } from "../../lib/installation.ts";
import { type CommandModule, presentation, show } from "../shared/cli.ts";
import { choiceOf, examples, type StageFlags, stageFlags, whole } from "../shared/flags.ts";

interface ListFlags extends StageFlags {
  limit: number;
}

export const command: CommandModule = {
  configure(it, cli, done) {
    it.option("--limit <n>", "look at so many messages at most", whole(1, 10_000), 100);
    stageFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), ["$ dlq list --stage prod"]);
    it.action(async (flags: ListFlags) => {
      const events = listDeadLetters({ choice: choiceOf(flags), limit: flags.limit }, cli.place);
      done(await show("dlq-list", events, presentation(cli, flags, { linesAreResult: true })));
    });
  },
};
