import type { DlqRedriveEvent, RedrivePlan } from "../../contract/operations/dlq.ts";
import { thousands } from "../../contract/thousands.ts";
import { redrive, type RedriveInput } from "../../lib/dlq/redrive.ts";
import { invocation } from "../../lib/installation.ts";
import { parseMoment } from "../../lib/moment.ts";
import { type CommandModule, presentation, show } from "../shared/cli.ts";
import { askFirst, canAsk, type Confirmation } from "../shared/confirm.ts";
import { collect, examples, type LettersFlags, lettersFlags, lettersOf, whole } from "../shared/flags.ts";

interface RedriveFlags extends LettersFlags {
  task?: string[];
  error?: string;
  since?: string;
  until?: string;
  where?: string;
  limit?: number;
  all?: boolean;
  to?: string;
  rate?: number;
  dryRun?: boolean;
  yes?: boolean;
  resume?: boolean;
  wait?: boolean;
  whilePaused?: boolean;
}

export const command: CommandModule = {
  configure(it, cli, done) {
    it.option("--task <id>", "only this task (several times for several)", collect)
      .option("--error <text>", "only what failed with it: a fingerprint, or a part of the error's text")
      .option("--since <time>", "only what was sent since: 2h ago (2h), or an ISO 8601 time")
      .option("--until <time>", "only what was sent before")
      .option("--where <jmespath>", "only what fits an expression over body and attributes")
      .option("--limit <n>", "so many at most", whole(1, 1_000_000))
      .option("--all", "also those that no attempt can mend: they stay otherwise")
      .option("--to <queue>", "to another queue of the same type: name, URL or ARN (default: where they came from)")
      .option("--rate <n>", "messages a second at most", whole(1, 500))
      .option("--dry-run", "only tell what would go, why it failed, what it costs and how long it takes")
      .option("--yes", "do not ask; needed without a terminal")
      .option("--resume", "go on with a move that was interrupted: nothing that was sent is sent again")
      .option("--while-paused", "also when the stage is paused: they wait in its queue")
      .option("--wait", "also follow the tasks to their end");
    lettersFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ dlq redrive --dry-run",
      "$ dlq redrive --stage prod --rate 5 --yes",
      "$ dlq redrive --error RateLimitError --since 6h --limit 100",
      "$ dlq redrive --where \"body.input.tenant == 'acme'\" --wait",
      "$ dlq redrive --queue orders-dlq --region eu-west-1",
    ]);
    it.action(async (flags: RedriveFlags) => {
      const asks = !flags.yes && !flags.dryRun && !flags.resume;
      const input = inputOf(flags, cli.place.clock.now(), asks && canAsk(cli, flags));
      const events = await askFirst(redrive(input, cli.place), cli, flags, (event) =>
        asks ? confirmationOf(event, invocation(cli.place.installation, cli.place.cwd)) : undefined,
      );
      done(await show("dlq-redrive", events, presentation(cli, flags)));
    });
  },
};

function inputOf(flags: RedriveFlags, now: number, counting: boolean): RedriveInput {
  const { task, error, where, to, limit, rate } = flags;
  return {
    choice: lettersOf(flags),
    filter: {
      ...(task === undefined ? {} : { tasks: task }),
      ...(error === undefined ? {} : { error }),
      ...(flags.since === undefined ? {} : { since: parseMoment(flags.since, "--since", now) }),
      ...(flags.until === undefined ? {} : { until: parseMoment(flags.until, "--until", now) }),
    },
    all: flags.all === true,
    resume: flags.resume === true,
    wait: flags.wait === true,
    whilePaused: flags.whilePaused === true,
    dryRun: flags.dryRun === true,
    counting,
    ...(where === undefined ? {} : { where }),
    ...(to === undefined ? {} : { to }),
    ...(limit === undefined ? {} : { limit }),
    ...(rate === undefined ? {} : { maxPerSecond: rate }),
  };
}

function confirmationOf(event: DlqRedriveEvent, program: string): Confirmation | undefined {
  if (event.type !== "plan" || event.count === 0) return undefined;
  return {
    what: `Move ${countOf(event)} to ${event.to.join(" and ")} (${event.place})`,
    otherwise: "Nothing was moved.",
    hint: [`Look first: ${program} dlq redrive --dry-run, with the same flags`, "Or add --yes."],
  };
}

function countOf({ count, permanent }: RedrivePlan): string {
  const stay = permanent ? `; ${thousands(permanent)} stay that no attempt can mend` : "";
  if (count === undefined) return `the dead letters that are meant${stay}`;
  return `${thousands(count)} ${count === 1 ? "dead letter" : "dead letters"}${stay}`;
}
