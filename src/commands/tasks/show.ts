import { invocation } from "../../lib/installation.ts";
import { showTask } from "../../lib/tasks.ts";
import { type CommandModule, presentation, show } from "../shared/cli.ts";
import { choiceOf, examples, type StageFlags, stageFlags } from "../shared/flags.ts";

export const command: CommandModule = {
  configure(it, cli, done) {
    it.argument("<taskId>", "task to show");
    stageFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ tasks show 3f6c1d2e-9a41-4c55-8d0e-1f7b2a6c9d10",
    ]);
    it.action(async (taskId: string, flags: StageFlags) => {
      done(
        await show(
          "tasks-show",
          showTask({ choice: choiceOf(flags), taskId }, cli.place),
          presentation(cli, flags, { linesAreResult: true }),
        ),
      );
    });
  },
};
