import { listDeadLetters } from "../../lib/dlq/list.ts";
import { invocation } from "../../lib/installation.ts";
import { type CommandModule, presentation, show } from "../shared/cli.ts";
import { lettersOf, examples, type LettersFlags, lettersFlags, whole } from "../shared/flags.ts";

interface ListFlags extends LettersFlags {
  limit: number;
}

export const command: CommandModule = {
  configure(it, cli, done) {
    it.option("--limit <n>", "look at so many messages at most", whole(1, 10_000), 100);
    lettersFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ dlq list --stage prod",
      "$ dlq list --queue orders-dlq --region eu-west-1",
    ]);
    it.action(async (flags: ListFlags) => {
      const events = listDeadLetters({ choice: lettersOf(flags), limit: flags.limit }, cli.place);
      done(await show("dlq-list", events, presentation(cli, flags, { linesAreResult: true })));
    });
  },
};
