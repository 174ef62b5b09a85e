import { counted } from "../../contract/counted.ts";
import { UsageError } from "../../contract/errors.ts";
import type { DlqPurgeEvent, PurgePlan } from "../../contract/operations/dlq-change.ts";
import { purge } from "../../lib/dlq/purge.ts";
import { invocation } from "../../lib/installation.ts";
import { type CommandModule, presentation, show } from "../shared/cli.ts";
import { askFirst, type Confirmation } from "../shared/confirm.ts";
import { examples, type LettersFlags, lettersFlags, lettersOf } from "../shared/flags.ts";
import { boundHeap } from "../shared/heap.ts";

interface PurgeFlags extends LettersFlags {
  backup?: string | false;
  yes?: boolean;
  queueName?: string;
}

export const command: CommandModule = {
  configure(it, cli, done) {
    it.option("--backup <file>", "file for the copy that is made first (default: one named after queue and time)")
      .option("--no-backup", "delete without a copy")
      .option("--yes", "do not ask; needs --queue-name")
      .option("--queue-name <name>", "name of the dead-letter queue that is to be emptied");
    lettersFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ dlq purge --stage prod",
      "$ dlq purge --queue orders-dlq --backup orders.ndjson --yes --queue-name orders-dlq",
    ]);
    it.action(async (flags: PurgeFlags) => {
      boundHeap("small");
      const { backup, queueName } = flags;
      if (flags.yes && queueName === undefined) {
        throw new UsageError("--yes needs --queue-name: the name of the dead-letter queue that is to be emptied.", {
          code: "QUEUE_NAME_MISSING",
          where: "--yes",
          hint: "Add --queue-name NAME; `dlq list` tells it.",
        });
      }
      const input = {
        choice: lettersOf(flags),
        ...(backup === undefined ? {} : { backup }),
        ...(queueName === undefined ? {} : { queueName }),
      };
      const confirmation = (event: DlqPurgeEvent) =>
        event.type === "plan" && event.count > 0 ? confirmationOf(event) : undefined;
      const events = await askFirst(purge(input, cli.place), cli, flags, flags.yes ? undefined : confirmation);
      done(await show("dlq-purge", events, presentation(cli, flags)));
    });
  },
};

function confirmationOf({ count, name, place, backup }: PurgePlan): Confirmation {
  const copy = backup === undefined ? "without a copy" : `after a copy to ${backup}`;
  return {
    what: `Delete ${counted(count, "message")} of ${name} (${place}), ${copy}`,
    otherwise: "Nothing was deleted.",
    typed: name,
    hint: [`Add --yes --queue-name ${name}.`],
  };
}
