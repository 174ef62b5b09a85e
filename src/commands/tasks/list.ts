import { TASK_STATUSES, type TaskStatus } from "../../contract/event.ts";
import { invocation } from "../../lib/installation.ts";
import { listTasks } from "../../lib/tasks.ts";
import { type CommandModule, presentation, show } from "../shared/cli.ts";
import { choiceOf, examples, type StageFlags, stageFlags, whole } from "../shared/flags.ts";

interface ListFlags extends StageFlags {
  status?: TaskStatus;
  limit: number;
  cursor?: string;
}

export const command: CommandModule = {
  configure(it, cli, done) {
    it.addOption(it.createOption("--status <status>", "only tasks of this status").choices(TASK_STATUSES))
      .option("--limit <n>", "at most so many", whole(1, 100), 20)
      .option("--cursor <cursor>", "go on where a page ended");
    stageFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ tasks list --status deadlettered",
      "$ tasks list --json | jq -r 'select(.type == \"task\").task.taskId'",
    ]);
    it.action(async (flags: ListFlags) => {
      const { status, limit, cursor } = flags;
      const input = { choice: choiceOf(flags), limit, ...(status ? { status } : {}), ...(cursor ? { cursor } : {}) };
      done(await show("tasks-list", listTasks(input, cli.place), presentation(cli, flags, { linesAreResult: true })));
    });
  },
};
