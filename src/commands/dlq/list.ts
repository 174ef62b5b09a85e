import { listDeadLetterQueues } from "../../lib/dlq/list.ts";
import { invocation } from "../../lib/installation.ts";
import { type CommandModule, presentation, show } from "../shared/cli.ts";
import { examples, type LettersFlags, lettersFlags, lettersOf } from "../shared/flags.ts";

interface ListFlags extends LettersFlags {
  all?: boolean;
}

export const command: CommandModule = {
  configure(it, cli, done) {
    it.addOption(
      it.createOption("--all", "every dead-letter queue of the account and region, whoever made it").conflicts("queue"),
    );
    lettersFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ dlq list --stage prod",
      "$ dlq list --all --region eu-west-1",
      "$ dlq list --queue orders-dlq --json",
    ]);
    it.action(async (flags: ListFlags) => {
      const events = listDeadLetterQueues({ choice: lettersOf(flags), all: flags.all === true }, cli.place);
      done(await show("dlq-list", events, presentation(cli, flags, { linesAreResult: true })));
    });
  },
};
