import { counted } from "../../contract/counted.ts";
import type { DlqImportEvent } from "../../contract/operations/dlq-change.ts";
import { importLetters } from "../../lib/dlq/import.ts";
import { invocation } from "../../lib/installation.ts";
import { type CommandModule, presentation, show } from "../shared/cli.ts";
import { askFirst } from "../shared/confirm.ts";
import { examples, type LettersFlags, lettersFlags, lettersOf } from "../shared/flags.ts";
import { boundHeap } from "../shared/heap.ts";

interface ImportFlags extends LettersFlags {
  to?: string;
  yes?: boolean;
  resume?: boolean;
}

export const command: CommandModule = {
  configure(it, cli, done) {
    it.argument("<file>", "what `dlq inspect --export` or `dlq purge` has written")
      .option("--to <queue>", "to another queue: name, URL or ARN (default: the dead-letter queue)")
      .option("--yes", "do not ask; needed without a terminal")
      .option("--resume", "go on with an import that was interrupted: nothing that was sent is sent again");
    lettersFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ dlq import orders.ndjson --queue orders",
      "$ dlq import orders.ndjson --stage prod --yes",
    ]);
    it.action(async (file: string, flags: ImportFlags) => {
      boundHeap("small");
      const input = {
        choice: lettersOf(flags),
        file,
        resume: flags.resume === true,
        ...(flags.to === undefined ? {} : { to: flags.to }),
      };
      const confirmation = (event: DlqImportEvent) =>
        event.type === "plan"
          ? {
              what: `Send ${counted(event.count, "message")} of ${event.file} to ${event.to} (${event.place})`,
              otherwise: "Nothing was sent.",
              hint: ["Add --yes."],
            }
          : undefined;
      const asks = !flags.yes && !flags.resume;
      const events = await askFirst(importLetters(input, cli.place), cli, flags, asks ? confirmation : undefined);
      done(await show("dlq-import", events, presentation(cli, flags)));
    });
  },
};
