import { parseDuration } from "../lib/duration.ts";
import { invocation } from "../lib/installation.ts";
import { status } from "../lib/status/status.ts";
import { type CommandModule, presentation, show } from "./shared/cli.ts";
import { choiceOf, examples, type StageFlags, stageFlags } from "./shared/flags.ts";

interface StatusFlags extends StageFlags {
  window: string;
}

export const command: CommandModule = {
  configure(it, cli, done) {
    it.option("--window <time>", "figures of the last 15m, 2h, 1d", "15m");
    stageFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ status",
      "$ status --stage prod --window 2h",
      "$ status --json | jq 'select(.type == \"status\").deadLetterQueue'",
    ]);
    it.action(async (flags: StatusFlags) => {
      const input = { choice: choiceOf(flags), windowMs: parseDuration(flags.window, "--window") };
      done(await show("status", status(input, cli.place), presentation(cli, flags)));
    });
  },
};
