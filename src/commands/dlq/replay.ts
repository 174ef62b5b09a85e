import type { DlqReplayEvent } from "../../contract/operations/dlq-replay.ts";
import { thousands } from "../../contract/thousands.ts";
import type { ReplayInput } from "../../lib/dlq/replay/input.ts";
import { replay } from "../../lib/dlq/replay/replay.ts";
import { invocation } from "../../lib/installation.ts";
import { parseMoment } from "../../lib/moment.ts";
import { type ChangeFlags, changeOf, changeWords } from "../shared/change.ts";
import { type Cli, type CommandModule, presentation, show } from "../shared/cli.ts";
import { askFirst, type Confirmation } from "../shared/confirm.ts";
import { editorOf } from "../shared/editor.ts";
import { collect, examples, type LettersFlags, lettersFlags, lettersOf, whole } from "../shared/flags.ts";

interface ReplayFlags extends LettersFlags, ChangeFlags {
  task?: string[];
  error?: string;
  since?: string;
  until?: string;
  where?: string;
  limit?: number;
  to?: string;
  keep?: boolean;
  rate?: number;
  dryRun?: boolean;
  yes?: boolean;
  resume?: boolean;
  wait?: boolean;
  whilePaused?: boolean;
}

export const command: CommandModule = {
  configure(it, cli, done) {
    it.argument("[taskId...]", "only these: tasks, or messages by their id or the beginning of it")
      .option("--edit", "open the body of one in $EDITOR; it is checked before it is sent")
      .option("--set <path=value>", "set a member of the body (JSON, or text); may be repeated", collect)
      .option("--patch <json>", "merge into the body (RFC 7396: null takes a member away); @file reads a file")
      .option("--body <text>", "another body, of one; @file reads a file, as an edit that is kept")
      .option("--to <queue or stage>", "to another queue (name, URL or ARN), or another stage of the app")
      .option("--keep", "leave the originals in the dead-letter queue")
      .option("--task <id>", "only this task (several times for several)", collect)
      .option("--error <text>", "only what failed with it: a fingerprint, or a part of the error's text")
      .option("--since <time>", "only what was sent since: 2h ago (2h), or an ISO 8601 time")
      .option("--until <time>", "only what was sent before")
      .option("--where <jmespath>", "only what fits an expression over body and attributes")
      .option("--limit <n>", "so many at most", whole(1, 1_000_000))
      .option("--rate <n>", "messages a second at most", whole(1, 500))
      .option("--dry-run", "only tell what would be sent")
      .option("--yes", "do not ask; needed without a terminal")
      .option("--resume", "go on with a replay that was interrupted: nothing that was sent is sent again")
      .option("--while-paused", "also when the stage is paused: they wait in its queue")
      .option("--wait", "also follow the tasks to their end");
    lettersFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ dlq replay 3f6c1d2e-9a41-4c55-8d0e-1f7b2a6c9d10 --edit --wait",
      "$ dlq replay --error ContextLengthError --set input.model=gpt-5 --dry-run",
      '$ dlq replay --stage prod --patch \'{"input":{"model":null}}\' --limit 10 --yes',
      "$ dlq replay --queue orders-dlq --where 'body.v == `1`' --set v=2 --to orders --keep",
    ]);
    it.action(async (ids: string[], flags: ReplayFlags) => {
      const input = await inputOf(ids, flags, cli);
      // An editor needs the terminal to itself: nothing is drawn before the plan.
      const asks = (!flags.yes && !flags.dryRun && !flags.resume) || flags.edit;
      const confirmation = (event: DlqReplayEvent) => (flags.yes ? undefined : confirmationOf(event));
      const events = await askFirst(replay(input, cli.place), cli, flags, asks ? confirmation : undefined);
      done(await show("dlq-replay", events, presentation(cli, flags)));
    });
  },
};

async function inputOf(ids: string[], flags: ReplayFlags, cli: Cli): Promise<ReplayInput> {
  const { task, error, where, to, limit, rate } = flags;
  const now = cli.place.clock.now();
  return {
    choice: lettersOf(flags),
    filter: {
      ...(ids.length === 0 ? {} : { ids }),
      ...(task === undefined ? {} : { tasks: task }),
      ...(error === undefined ? {} : { error }),
      ...(flags.since === undefined ? {} : { since: parseMoment(flags.since, "--since", now) }),
      ...(flags.until === undefined ? {} : { until: parseMoment(flags.until, "--until", now) }),
    },
    change: await changeOf(flags, cli),
    words: changeWords(flags),
    keep: flags.keep === true,
    resume: flags.resume === true,
    wait: flags.wait === true,
    whilePaused: flags.whilePaused === true,
    dryRun: flags.dryRun === true,
    ...(flags.edit ? { edit: editorOf(cli, "--edit") } : {}),
    ...(where === undefined ? {} : { where }),
    ...(to === undefined ? {} : { to }),
    ...(limit === undefined ? {} : { limit }),
    ...(rate === undefined ? {} : { maxPerSecond: rate }),
  };
}

function confirmationOf(event: DlqReplayEvent): Confirmation | undefined {
  if (event.type !== "plan") return undefined;
  const { count, to, toStage, place, keep, changes } = event;
  const where = toStage ? `${to} (stage ${toStage.stage} of ${toStage.app}, account ${toStage.account})` : to;
  return {
    what: `Replay ${thousands(count)} ${count === 1 ? "dead letter" : "dead letters"} of ${place} to ${where}${changes.length > 0 ? `: ${changes.join(", ")}` : ""}${keep ? "; the originals stay" : ""}`,
    otherwise: "Nothing was sent.",
    hint: ["Look first: the same with --dry-run", "Or add --yes."],
  };
}
