import { counted } from "../../contract/counted.ts";
import type { ExitCode } from "../../contract/exit.ts";
import type { DlqRedriveEvent, DlqRedriveSummary, RedrivePlan } from "../../contract/operations/dlq-redrive.ts";
import { thousands } from "../../contract/thousands.ts";
import { cancelMove, followAgain } from "../../lib/dlq/active-move.ts";
import { redrive, type RedriveInput } from "../../lib/dlq/redrive.ts";
import { invocation } from "../../lib/installation.ts";
import { openScreen, present } from "../../ui/render/present.ts";
import type { Question } from "../../ui/render/view.ts";
import { type Cli, type CommandModule, presentation, show, within } from "../shared/cli.ts";
import { askFirst, canAsk, type Confirmation } from "../shared/confirm.ts";
import { decimal, examples, type LettersFlags, lettersFlags, lettersOf, share, whole } from "../shared/flags.ts";
import { type FilterFlags, filterFlags, filterOf } from "../shared/filter.ts";
import { boundHeap } from "../shared/heap.ts";

interface RedriveFlags extends LettersFlags, FilterFlags {
  all?: boolean;
  to?: string;
  rate?: number;
  dryRun?: boolean;
  yes?: boolean;
  resume?: boolean;
  wait?: boolean;
  whilePaused?: boolean;
  canary?: number;
  maxFailureRate?: number;
  budget?: number;
  attach?: boolean;
  cancel?: boolean;
}

export const command: CommandModule = {
  configure(it, cli, done) {
    it.argument("[taskId...]", "only these: tasks, or messages by their id or the beginning of it");
    filterFlags(it)
      .option("--all", "also those that no attempt can mend: they stay otherwise")
      .option("--to <queue>", "to another queue of the same type: name, URL or ARN (default: where they came from)")
      .option("--rate <n>", "messages a second at most", whole(1, 500))
      .option("--canary <n>", "move so many, judge them by their first attempt, then the rest (10)", whole(1, 10_000))
      .option("--max-failure-rate <share>", "stop when more first attempts fail (5%); watches as --canary does", share)
      .option("--budget <usd>", "stop before the tasks cost more; watches as --canary does", decimal(0, 1_000_000))
      .option("--dry-run", "only tell what would go, why it failed, what it costs and how long it takes")
      .option("--yes", "do not ask; needed without a terminal")
      .option("--resume", "go on with a move that was interrupted: nothing that was sent is sent again")
      .option("--while-paused", "also when the stage is paused: they wait in its queue")
      .addOption(
        it
          .createOption("--attach", "follow the move that the service is at work on, and start none")
          .conflicts(["cancel", "dryRun", "resume", "wait", "canary", "maxFailureRate", "budget"]),
      )
      .option("--cancel", "cancel the move that the service is at work on; what was moved stays moved")
      .option("--wait", "also follow the tasks to their end");
    lettersFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      "$ dlq redrive --dry-run",
      "$ dlq redrive --stage prod --rate 5 --yes",
      "$ dlq redrive --error RateLimitError --since 6h --limit 100",
      "$ dlq redrive --where \"body.input.tenant == 'acme'\" --wait",
      "$ dlq redrive --stage prod --canary 10 --max-failure-rate 5% --budget 20",
      "$ dlq redrive --queue orders-dlq --region eu-west-1",
    ]);
    it.action(async (ids: string[], flags: RedriveFlags) => {
      boundHeap("small");
      if (flags.cancel) {
        const events = cancelMove(lettersOf(flags), cli.place);
        return done(await show("dlq-redrive", events, presentation(cli, flags)));
      }
      const asks = !flags.yes && !flags.dryRun && !flags.resume && !flags.attach;
      const input = inputOf(ids, flags, cli.place.clock.now(), asks && canAsk(cli, flags));
      const program = invocation(cli.place.installation, cli.place.cwd);
      const confirmation = asks ? (event: DlqRedriveEvent) => confirmationOf(event, program) : undefined;
      const inner = within(cli);
      const events = await askFirst(redrive(input, inner.place), cli, flags, confirmation);
      const summary = await present("dlq-redrive", events, presentation(inner, flags));
      done(await afterRedrive(summary, input, flags, cli));
    });
  },
};

function inputOf(ids: string[], flags: RedriveFlags, now: number, counting: boolean): RedriveInput {
  const { to, rate, canary, maxFailureRate, budget } = flags;
  return {
    choice: lettersOf(flags),
    ...filterOf(ids, flags, now),
    all: flags.all === true,
    resume: flags.resume === true,
    wait: flags.wait === true,
    watch: {
      ...(canary === undefined ? {} : { canary }),
      ...(maxFailureRate === undefined ? {} : { maxFailureRate }),
      ...(budget === undefined ? {} : { budgetUsd: budget }),
    },
    whilePaused: flags.whilePaused === true,
    dryRun: flags.dryRun === true,
    attach: flags.attach ? "only" : counting ? "follow" : "refuse",
    counting,
    ...(to === undefined ? {} : { to }),
    ...(rate === undefined ? {} : { maxPerSecond: rate }),
  };
}

/** Whoever leaves a move of the service's says what becomes of it. */
async function afterRedrive(
  summary: DlqRedriveSummary,
  input: RedriveInput,
  flags: RedriveFlags,
  cli: Cli,
): Promise<ExitCode> {
  if (!summary.detached || cli.place.signal.aborted || !canAsk(cli, flags)) return summary.exitCode;
  const inner = within(cli);
  const how = presentation(inner, flags);
  switch (await askLeaving(cli, flags)) {
    case "cancel":
      await show("dlq-redrive", cancelMove(input.choice, inner.place), how);
      return summary.exitCode;
    case "follow": {
      const again = await present("dlq-redrive", followAgain(input.choice, inner.place), how);
      return afterRedrive(again, input, flags, cli);
    }
    default:
      return summary.exitCode;
  }
}

async function askLeaving(cli: Cli, flags: RedriveFlags): Promise<string | undefined> {
  const prompts = await cli.views.prompts?.();
  const terminal = openScreen(presentation(cli, flags));
  if (!prompts || !terminal) return undefined;
  const question: Question = {
    name: "next",
    kind: "select",
    message: "The service goes on moving.",
    choices: [
      { value: "leave", label: "leave it running", hint: "dlq redrive --attach returns to it" },
      { value: "cancel", label: "cancel it", hint: "what was moved stays moved" },
      { value: "follow", label: "keep following" },
    ],
  };
  const answers = await prompts.ask([question], terminal.screen).finally(() => terminal.close());
  return answers?.["next"];
}

function confirmationOf(event: DlqRedriveEvent, program: string): Confirmation | undefined {
  if (event.type === "active") {
    const done = `${thousands(event.moved)} of about ${thousands(event.toMove)} are done`;
    return {
      what: `The service moves the letters of ${event.name} already (${done}). Follow that, and start nothing else`,
      otherwise: "It goes on by itself. Nothing else was started.",
      initial: true,
      hint: [`Follow it: ${program} dlq redrive --attach`, `Or cancel it: ${program} dlq redrive --cancel`],
    };
  }
  if (event.type !== "plan" || event.count === 0) return undefined;
  return {
    what: `Move ${countOf(event)} to ${event.to.join(" and ")} (${event.place})${boundsOf(event)}`,
    otherwise: "Nothing was moved.",
    hint: [`Look first: ${program} dlq redrive --dry-run, with the same flags`, "Or add --yes."],
  };
}

function boundsOf({ watch }: RedrivePlan): string {
  if (!watch) return "";
  const budget = watch.budgetUsd === undefined ? "" : ` and $${watch.budgetUsd} are not used up`;
  return `, ${watch.canary} first, the rest while at most ${watch.maxFailureRate * 100}% fail${budget}`;
}

function countOf({ count, permanent }: RedrivePlan): string {
  const stay = permanent ? `; ${counted(permanent, "stays", "stay")} that no attempt can mend` : "";
  if (count === undefined) return `the dead letters that are meant${stay}`;
  return `${counted(count, "dead letter")}${stay}`;
}
