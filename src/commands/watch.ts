import { parseDuration } from "../lib/duration.ts";
import { invocation } from "../lib/installation.ts";
import { watch } from "../lib/watch.ts";
import { type CommandModule, presentation, show } from "./shared/cli.ts";
import { choiceOf, examples, type StageFlags, stageFlags } from "./shared/flags.ts";

export const command: CommandModule = {
  configure(it, cli, done) {
    it.argument("[taskId]", "task to follow from its beginning to its end; left out, all tasks from now on");
    it.option("--timeout <time>", "how long to follow: 90s, 10m, 2h");
    stageFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ watch 3f6c1d2e-9a41-4c55-8d0e-1f7b2a6c9d10 > result.md",
      "$ watch 3f6c1d2e-9a41-4c55-8d0e-1f7b2a6c9d10 --timeout 10m",
      "$ watch --json | jq -c 'select(.type == \"deadlettered\")'",
    ]);
    it.action(async (taskId: string | undefined, flags: StageFlags & { timeout?: string }) => {
      const input = {
        choice: choiceOf(flags),
        ...(taskId === undefined ? {} : { taskId }),
        ...(flags.timeout === undefined ? {} : { timeoutMs: parseDuration(flags.timeout, "--timeout") }),
      };
      done(
        await show(
          "watch",
          watch(input, cli.place),
          presentation(cli, flags, { linesAreResult: taskId === undefined }),
        ),
      );
    });
  },
};
