import { redrive, type RedriveInput } from "../../lib/dlq/redrive.ts";
import { parseMoment } from "../../lib/moment.ts";
import { invocation } from "../../lib/installation.ts";
import { type CommandModule, presentation, show } from "../shared/cli.ts";
import { choiceOf, collect, examples, type StageFlags, stageFlags, whole } from "../shared/flags.ts";

interface RedriveFlags extends StageFlags {
  task?: string[];
  error?: string;
  since?: string;
  until?: string;
  limit?: number;
  rate?: number;
  resume?: boolean;
  wait?: boolean;
}

export const command: CommandModule = {
  configure(it, cli, done) {
    it.option("--task <id>", "only this task (several times for several)", collect)
      .option("--error <text>", "only tasks that failed with it: a fingerprint, or a part of the error's text")
      .option("--since <time>", "only what was sent since: 2h ago (2h), or an ISO 8601 time")
      .option("--until <time>", "only what was sent before")
      .option("--limit <n>", "so many at most", whole(1, 1_000_000))
      .option("--rate <n>", "messages a second at most", whole(1, 500))
      .option("--resume", "go on with a move that was interrupted: nothing that was sent is sent again")
      .option("--wait", "also follow the tasks to their end");
    stageFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ dlq redrive --wait",
      "$ dlq redrive --stage prod --rate 5",
      "$ dlq redrive --error RateLimitError --since 6h --limit 100",
    ]);
    it.action(async (flags: RedriveFlags) => {
      const { task, error, limit, rate } = flags;
      const now = cli.place.clock.now();
      const input: RedriveInput = {
        choice: choiceOf(flags),
        filter: {
          ...(task === undefined ? {} : { tasks: task }),
          ...(error === undefined ? {} : { error }),
          ...(flags.since === undefined ? {} : { since: parseMoment(flags.since, "--since", now) }),
          ...(flags.until === undefined ? {} : { until: parseMoment(flags.until, "--until", now) }),
        },
        resume: flags.resume === true,
        wait: flags.wait === true,
        ...(limit === undefined ? {} : { limit }),
        ...(rate === undefined ? {} : { maxPerSecond: rate }),
      };
      done(await show("dlq-redrive", redrive(input, cli.place), presentation(cli, flags)));
    });
  },
};
