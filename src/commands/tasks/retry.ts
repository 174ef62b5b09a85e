import type { TasksRetryEvent } from "../../contract/operations/rerun.ts";
import { parseDuration } from "../../lib/duration.ts";
import { invocation } from "../../lib/installation.ts";
import { retryTask } from "../../lib/rerun/retry.ts";
import { type CommandModule, presentation, show } from "../shared/cli.ts";
import { askFirst, type Confirmation } from "../shared/confirm.ts";
import { type ChangeFlags, changeOf } from "../shared/change.ts";
import { editorOf } from "../shared/editor.ts";
import { choiceOf, collect, examples, type StageFlags, stageFlags } from "../shared/flags.ts";

interface RetryFlags extends StageFlags, ChangeFlags {
  yes?: boolean;
  watch?: boolean;
  wait?: boolean;
  timeout?: string;
  whilePaused?: boolean;
}

export const command: CommandModule = {
  configure(it, cli, done) {
    it.argument("<taskId>", "task to run again, from its record: dead-lettered, cancelled or completed")
      .option("--edit", "open the task in $EDITOR; it is checked before it is sent")
      .option("--set <path=value>", "set a member of the task (JSON, or text); may be repeated", collect)
      .option("--patch <json>", "merge into the task (RFC 7396: null takes a member away); @file reads a file")
      .option("--body <text>", "another task of the same id; @file reads a file, as an edit that is kept")
      .option("--watch", "follow the task with its tokens; the result goes to stdout")
      .option("--wait", "follow the task without its tokens")
      .option("--timeout <time>", "how long to follow: 90s, 10m, 2h")
      .option("--while-paused", "also when the stage is paused: it waits in the queue")
      .option("--yes", "do not ask before a task that completed runs again");
    stageFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ tasks retry 3f6c1d2e-9a41-4c55-8d0e-1f7b2a6c9d10 --watch",
      "$ tasks retry 3f6c1d2e-9a41-4c55-8d0e-1f7b2a6c9d10 --set input.model=gpt-5 --wait --json",
    ]);
    it.action(async (taskId: string, flags: RetryFlags) => {
      const input = {
        choice: choiceOf(flags),
        taskId,
        change: await changeOf(flags, cli),
        follow: flags.watch ? ("watch" as const) : flags.wait ? ("wait" as const) : ("none" as const),
        whilePaused: flags.whilePaused === true,
        ...(flags.edit ? { edit: editorOf(cli, "--edit") } : {}),
        ...(flags.timeout === undefined ? {} : { timeoutMs: parseDuration(flags.timeout, "--timeout") }),
      };
      // An editor needs the terminal to itself: nothing is drawn before the plan.
      const confirmation = (event: TasksRetryEvent) => (flags.yes ? undefined : confirmationOf(event));
      const events = await askFirst(retryTask(input, cli.place), cli, flags, confirmation);
      done(await show("tasks-retry", events, presentation(cli, flags)));
    });
  },
};

function confirmationOf(event: TasksRetryEvent): Confirmation | undefined {
  if (event.type !== "plan" || event.status !== "completed") return undefined;
  const cost = event.costUsd === undefined ? "" : `, for $${event.costUsd}`;
  return {
    what: `Run ${event.taskId} of ${event.place} again, although it completed${cost}`,
    otherwise: "Nothing was sent.",
    hint: ["Add --yes."],
  };
}
