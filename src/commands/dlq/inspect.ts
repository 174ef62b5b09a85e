import { inspect } from "../../lib/dlq/inspect.ts";
import { invocation } from "../../lib/installation.ts";
import { type CommandModule, presentation, show } from "../shared/cli.ts";
import { examples, type LettersFlags, lettersFlags, lettersOf } from "../shared/flags.ts";
import { boundHeap } from "../shared/heap.ts";

interface InspectFlags extends LettersFlags {
  error?: string;
  scan?: boolean;
  letters?: boolean;
  logs?: boolean;
  export?: string;
}

export const command: CommandModule = {
  configure(it, cli, done) {
    it.argument("[taskId...]", "only these: tasks, or messages by their id or the beginning of it")
      .option("--error <text>", "only what failed with it: a fingerprint, or a part of the error's text")
      .option("--letters", "also list each dead letter")
      .option("--scan", "on a stage: look at the messages, not at the records (each look counts as a receive)")
      .option("--logs", "with --queue: also look for causes in the logs of the functions that took the messages")
      .option("--export <file>", "write all messages to a new file, whole, as NDJSON; `dlq import` puts them back");
    lettersFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ dlq inspect --stage prod",
      "$ dlq inspect --queue orders --export orders.ndjson",
      "$ dlq inspect --queue orders --logs --error TimeoutError",
      "$ dlq inspect --letters --json | jq -r 'select(.type == \"letter\").taskId'",
    ]);
    it.action(async (ids: string[], flags: InspectFlags) => {
      boundHeap("small");
      const input = {
        filter: {
          ...(ids.length === 0 ? {} : { ids }),
          ...(flags.error === undefined ? {} : { error: flags.error }),
        },
        choice: lettersOf(flags),
        scan: flags.scan === true,
        letters: flags.letters === true,
        logs: flags.logs === true,
        ...(flags.export === undefined ? {} : { exportTo: flags.export }),
      };
      done(await show("dlq-inspect", inspect(input, cli.place), presentation(cli, flags, { linesAreResult: true })));
    });
  },
};
