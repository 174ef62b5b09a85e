import { showLetter } from "../../lib/dlq/show.ts";
import { invocation } from "../../lib/installation.ts";
import { type CommandModule, presentation, show } from "../shared/cli.ts";
import { examples, type LettersFlags, lettersFlags, lettersOf } from "../shared/flags.ts";

interface ShowFlags extends LettersFlags {
  scan?: boolean;
}

export const command: CommandModule = {
  configure(it, cli, done) {
    it.argument("<taskId>", "the task, or the message: its id or the beginning of it").option(
      "--scan",
      "look for the message also where a record tells of it: attributes are only there",
    );
    lettersFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ dlq show 3f6c1d2e-9a41-4c55-8d0e-1f7b2a6c9d10",
      "$ dlq show 5fea7756 --queue orders-dlq",
    ]);
    it.action(async (id: string, flags: ShowFlags) => {
      const events = showLetter({ choice: lettersOf(flags), id, scan: flags.scan === true }, cli.place);
      done(await show("dlq-show", events, presentation(cli, flags, { linesAreResult: true })));
    });
  },
};
