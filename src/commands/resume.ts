import { changeConsumption } from "../lib/consumption.ts";
import { invocation } from "../lib/installation.ts";
import { type CommandModule, presentation, show } from "./shared/cli.ts";
import { choiceOf, concurrency, examples, type StageFlags, stageFlags } from "./shared/flags.ts";

interface ResumeFlags extends StageFlags {
  maxConcurrency?: number | "configured";
}

export const command: CommandModule = {
  configure(it, cli, done) {
    it.option(
      "--max-concurrency <n>",
      "at most so many tasks at once from now on, 2 to 1000, or `configured` (default: as it was)",
      concurrency,
    );
    stageFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ resume --stage prod --max-concurrency 2",
      "$ resume --max-concurrency configured --json",
    ]);
    it.action(async (flags: ResumeFlags) => {
      const { maxConcurrency } = flags;
      const input = {
        action: "resume" as const,
        choice: choiceOf(flags),
        ...(maxConcurrency === undefined ? {} : { maxConcurrency }),
      };
      done(await show("consumption", changeConsumption(input, cli.place), presentation(cli, flags)));
    });
  },
};
