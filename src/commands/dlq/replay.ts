import { counted } from "../../contract/counted.ts";
import type { DlqReplayEvent } from "../../contract/operations/dlq-replay.ts";
import type { ReplayInput } from "../../lib/dlq/replay/input.ts";
import { replay } from "../../lib/dlq/replay/replay.ts";
import { invocation } from "../../lib/installation.ts";
import { type ChangeFlags, changeOf, changeWords } from "../shared/change.ts";
import { type Cli, type CommandModule, presentation, show } from "../shared/cli.ts";
import { askFirst, type Confirmation } from "../shared/confirm.ts";
import { editorOf } from "../shared/editor.ts";
import { type FilterFlags, filterFlags, filterOf } from "../shared/filter.ts";
import { collect, examples, type LettersFlags, lettersFlags, lettersOf, whole } from "../shared/flags.ts";
import { boundHeap } from "../shared/heap.ts";

interface ReplayFlags extends LettersFlags, FilterFlags, ChangeFlags {
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
      .option("--keep", "leave the originals in the dead-letter queue");
    filterFlags(it)
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
      boundHeap("small");
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
  const { to, rate } = flags;
  return {
    choice: lettersOf(flags),
    ...filterOf(ids, flags, cli.place.clock.now()),
    change: await changeOf(flags, cli),
    words: changeWords(flags),
    keep: flags.keep === true,
    resume: flags.resume === true,
    wait: flags.wait === true,
    whilePaused: flags.whilePaused === true,
    dryRun: flags.dryRun === true,
    ...(flags.edit ? { edit: editorOf(cli, "--edit") } : {}),
    ...(to === undefined ? {} : { to }),
    ...(rate === undefined ? {} : { maxPerSecond: rate }),
  };
}

function confirmationOf(event: DlqReplayEvent): Confirmation | undefined {
  if (event.type !== "plan") return undefined;
  const { count, to, toStage, place, keep, changes } = event;
  const where = toStage ? `${to} (stage ${toStage.stage} of ${toStage.app}, account ${toStage.account})` : to;
  return {
    what: `Replay ${counted(count, "dead letter")} of ${place} to ${where}${changes.length > 0 ? `: ${changes.join(", ")}` : ""}${keep ? "; the originals stay" : ""}`,
    otherwise: "Nothing was sent.",
    hint: ["Look first: the same with --dry-run", "Or add --yes."],
  };
}
