import { parseDuration } from "../../lib/duration.ts";
import { invocation } from "../../lib/installation.ts";
import { runTask } from "../../lib/rerun/run.ts";
import { type CommandModule, presentation, show } from "../shared/cli.ts";
import { choiceOf, examples, type StageFlags, stageFlags, whole } from "../shared/flags.ts";

interface RunFlags extends StageFlags {
  inspect?: number | true;
  timeout?: string;
}

/** Node's own. */
const INSPECTOR_PORT = 9229;

export const command: CommandModule = {
  configure(it, cli, done) {
    it.argument("<taskId>", "task, or message of a dead letter, to run a copy of with the code of this project")
      .option(
        "--inspect [port]",
        "wait until a debugger is attached to the worker (default port: 9229)",
        whole(1, 65_535),
      )
      .option("--timeout <time>", "how long to follow: 90s, 10m, 2h");
    stageFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ tasks run 3f6c1d2e-9a41-4c55-8d0e-1f7b2a6c9d10 --stage prod",
      "$ tasks run 3f6c1d2e-9a41-4c55-8d0e-1f7b2a6c9d10 --stage prod --inspect",
      "$ tasks run 3f6c1d2e-9a41-4c55-8d0e-1f7b2a6c9d10 --json",
    ]);
    it.action(async (id: string, flags: RunFlags) => {
      const input = {
        choice: choiceOf(flags),
        id,
        tokens: true,
        ...(flags.inspect === undefined ? {} : { inspect: flags.inspect === true ? INSPECTOR_PORT : flags.inspect }),
        ...(flags.timeout === undefined ? {} : { timeoutMs: parseDuration(flags.timeout, "--timeout") }),
      };
      done(await show("tasks-run", runTask(input, cli.place), presentation(cli, flags)));
    });
  },
};
