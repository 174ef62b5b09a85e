import { UsageError } from "../contract/errors.ts";
import { parseDuration } from "../lib/duration.ts";
import { invocation } from "../lib/installation.ts";
import { status } from "../lib/status/status.ts";
import { type CommandModule, presentation, show } from "./shared/cli.ts";
import { choiceOf, examples, type StageFlags, stageFlags } from "./shared/flags.ts";
import { boundHeap } from "./shared/heap.ts";

interface StatusFlags extends StageFlags {
  window: string;
  watch?: boolean;
  interval?: string;
}

const EVERY_MS = 5000;
const SHORTEST_MS = 1000;

export const command: CommandModule = {
  configure(it, cli, done) {
    it.option("--window <time>", "figures of the last 15m, 2h, 1d", "15m")
      .option("-w, --watch", "look again and again, until Ctrl-C")
      .option("--interval <time>", "with --watch: time between looks, at least 1s (default: 5s)");
    stageFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ status",
      "$ status --stage prod --window 2h",
      "$ status --stage prod --watch --interval 30s",
      "$ status --json | jq 'select(.type == \"status\").deadLetterQueue'",
    ]);
    it.action(async (flags: StatusFlags) => {
      boundHeap("small");
      const everyMs = interval(flags);
      const input = {
        choice: choiceOf(flags),
        windowMs: parseDuration(flags.window, "--window"),
        ...(everyMs === undefined ? {} : { everyMs }),
      };
      done(await show("status", status(input, cli.place), presentation(cli, flags, { linesAreResult: true })));
    });
  },
};

/** @returns the time between looks in milliseconds; undefined for a single one. */
function interval({ watch, interval: text }: StatusFlags): number | undefined {
  if (text === undefined) return watch ? EVERY_MS : undefined;
  if (!watch)
    throw new UsageError("--interval is the time between looks, and there is but one.", {
      code: "INTERVAL_WITHOUT_WATCH",
      where: "--interval",
      hint: "Add --watch.",
    });
  const everyMs = parseDuration(text, "--interval");
  if (everyMs >= SHORTEST_MS) return everyMs;
  throw new UsageError("--interval must be at least a second.", {
    code: "INTERVAL_TOO_SHORT",
    where: "--interval",
    hint: "Leave it out for 5s.",
  });
}
