import { changeConsumption } from "../../lib/consumption.ts";
import { invocation } from "../../lib/installation.ts";
import { type CommandModule, presentation, show } from "../shared/cli.ts";
import { choiceOf, concurrency, examples, type StageFlags, stageFlags } from "../shared/flags.ts";

export const command: CommandModule = {
  configure(it, cli, done) {
    it.argument(
      "<n>",
      "at most so many tasks at once, 2 to 1000, or `configured` for what the configuration says",
      concurrency,
    );
    stageFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ concurrency set 2 --stage prod",
      "$ concurrency set configured --json",
    ]);
    it.action(async (maxConcurrency: number | "configured", flags: StageFlags) => {
      const input = { action: "limit" as const, choice: choiceOf(flags), maxConcurrency };
      done(await show("consumption", changeConsumption(input, cli.place), presentation(cli, flags)));
    });
  },
};
