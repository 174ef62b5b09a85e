import { changeConsumption } from "../lib/consumption.ts";
import { invocation } from "../lib/installation.ts";
import { type CommandModule, presentation, show } from "./shared/cli.ts";
import { choiceOf, examples, type StageFlags, stageFlags } from "./shared/flags.ts";

interface PauseFlags extends StageFlags {
  reason?: string;
}

export const command: CommandModule = {
  configure(it, cli, done) {
    it.option("--reason <text>", "why; every command shows it until the stage is resumed");
    stageFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      '$ pause --stage prod --reason "the model is down"',
      "$ pause --json",
    ]);
    it.action(async (flags: PauseFlags) => {
      const { reason } = flags;
      const input = {
        action: "pause" as const,
        choice: choiceOf(flags),
        ...(reason === undefined ? {} : { reason }),
      };
      done(await show("consumption", changeConsumption(input, cli.place), presentation(cli, flags)));
    });
  },
};
