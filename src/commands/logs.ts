import { UsageError } from "../contract/errors.ts";
import { LOG_LEVELS, type LogLevel } from "../contract/log-message.ts";
import { invocation } from "../lib/installation.ts";
import { logs, type LogsInput } from "../lib/logs/logs.ts";
import { parseMoment } from "../lib/moment.ts";
import { type CommandModule, presentation, show } from "./shared/cli.ts";
import { choiceOf, collect, examples, type StageFlags, stageFlags } from "./shared/flags.ts";

interface LogsFlags extends StageFlags {
  follow?: boolean;
  task?: string;
  function?: string[];
  since?: string;
  until?: string;
  level?: LogLevel;
  filter?: string;
  raw?: boolean;
}

export const command: CommandModule = {
  configure(it, cli, done) {
    it.option("-f, --follow", "go on with what is written from now on")
      .option("--task <id>", "only lines of this task, over all functions and attempts")
      .option("--function <name>", "only this function (several times for several)", collect)
      .option("--since <time>", "from 2h ago (2h), or an ISO 8601 time (default: 10m, or the task's beginning)")
      .option("--until <time>", "up to that time")
      .addOption(it.createOption("--level <level>", "only lines at least so serious").choices(LOG_LEVELS))
      .option("--filter <pattern>", "only lines that match a CloudWatch Logs filter pattern")
      .addOption(it.createOption("--raw", "print messages alone, as they were written").conflicts("json"));
    stageFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ logs --follow --level warn",
      "$ logs --task 3f6c1d2e-9a41-4c55-8d0e-1f7b2a6c9d10",
      "$ logs --stage prod --function worker --since 2h --filter '{ $.error.name = \"RateLimitError\" }'",
      "$ logs --since 1h --json | jq -r 'select(.level == \"error\").data.error.message'",
    ]);
    it.action(async (flags: LogsFlags) => {
      done(await show("logs", logs(inputOf(flags, cli.place.clock.now()), cli.place), presentation(cli, flags)));
    });
  },
};

function inputOf(flags: LogsFlags, now: number): LogsInput {
  const { follow = false, task, since, until, level, filter } = flags;
  if (follow && until !== undefined) {
    throw new UsageError("--follow and --until exclude each other: a follow has no end.", {
      code: "FLAGS_EXCLUDE",
      where: "--until",
      hint: "Leave one of them out.",
    });
  }
  return {
    choice: choiceOf(flags),
    functions: flags.function ?? [],
    follow,
    raw: flags.raw === true,
    ...(task === undefined ? {} : { taskId: task }),
    ...(since === undefined ? {} : { since: parseMoment(since, "--since", now) }),
    ...(until === undefined ? {} : { until: parseMoment(until, "--until", now) }),
    ...(level === undefined ? {} : { level }),
    ...(filter === undefined ? {} : { filter }),
  };
}
