import { redrive, type RedriveInput } from "../../lib/dlq/redrive.ts";
import { parseMoment } from "../../lib/moment.ts";
import { invocation } from "../../lib/installation.ts";
import { type CommandModule, presentation, show } from "../shared/cli.ts";
import { lettersOf, collect, examples, type LettersFlags, lettersFlags, whole } from "../shared/flags.ts";

interface RedriveFlags extends LettersFlags {
  task?: string[];
  error?: string;
  since?: string;
  until?: string;
  limit?: number;
  to?: string;
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
      .option("--to <queue>", "to another queue of the same type: name, URL or ARN (default: where they came from)")
      .option("--rate <n>", "messages a second at most", whole(1, 500))
      .option("--resume", "go on with a move that was interrupted: nothing that was sent is sent again")
      .option("--wait", "also follow the tasks to their end");
    lettersFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ dlq redrive --wait",
      "$ dlq redrive --stage prod --rate 5",
      "$ dlq redrive --error RateLimitError --since 6h --limit 100",
      "$ dlq redrive --queue orders-dlq --region eu-west-1",
    ]);
    it.action(async (flags: RedriveFlags) => {
      const { task, error, to, limit, rate } = flags;
      const now = cli.place.clock.now();
      const input: RedriveInput = {
        choice: lettersOf(flags),
        filter: {
          ...(task === undefined ? {} : { tasks: task }),
          ...(error === undefined ? {} : { error }),
          ...(flags.since === undefined ? {} : { since: parseMoment(flags.since, "--since", now) }),
          ...(flags.until === undefined ? {} : { until: parseMoment(flags.until, "--until", now) }),
        },
        resume: flags.resume === true,
        wait: flags.wait === true,
        ...(to === undefined ? {} : { to }),
        ...(limit === undefined ? {} : { limit }),
        ...(rate === undefined ? {} : { maxPerSecond: rate }),
      };
      done(await show("dlq-redrive", redrive(input, cli.place), presentation(cli, flags)));
    });
  },
};
