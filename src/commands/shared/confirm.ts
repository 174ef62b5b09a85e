import { AbortError, UsageError } from "../../contract/errors.ts";
import { InterruptedError } from "../../lib/interrupt.ts";
import { openScreen } from "../../ui/render/present.ts";
import type { Question } from "../../ui/render/view.ts";
import { type Cli, type OutputFlags, presentation } from "./cli.ts";

export interface ConfirmFlags extends OutputFlags {
  yes?: boolean;
}

/** @returns whether somebody can be asked: there is a terminal, and its output is not for a program. */
export function canAsk(cli: Cli, flags: ConfirmFlags): boolean {
  if (flags.json || !cli.views.prompts) return false;
  const terminal = openScreen(presentation(cli, {}));
  terminal?.close();
  return terminal !== undefined;
}

/** What is asked before something happens that cannot be taken back. */
export interface Confirmation {
  /** What would happen, without a question mark: `Move 4,012 dead letters ...`. */
  what: string;
  /** What did not happen: `Nothing was moved.` */
  otherwise: string;
  /** What Enter means; absent: no. */
  initial?: boolean;
  /** Asked for instead of a yes: this text, typed. */
  typed?: string;
  /** Next steps where nobody can be asked. */
  hint: string[];
}

/**
 * Reads events up to the plan, which tells what would happen, asks, and hands all of them on. Nothing has happened when it
 * throws: an operation goes on only as far as it is read.
 *
 * @param confirmation of the plan, if it needs one; absent where nobody is asked: then nothing is held back.
 * @throws UsageError `CONFIRMATION_NEEDED` without a terminal, AbortError `DECLINED`.
 */
export async function askFirst<Event extends { type: string }>(
  events: AsyncGenerator<Event>,
  cli: Cli,
  flags: ConfirmFlags,
  confirmation: ((event: Event) => Confirmation | undefined) | undefined,
): Promise<AsyncIterable<Event>> {
  if (!confirmation) return events;
  const before: Event[] = [];
  try {
    for (let step = await events.next(); !step.done; step = await events.next()) {
      before.push(step.value);
      const asked = confirmation(step.value);
      if (step.value.type === "scan" && before.length < 3 && !flags.json)
        cli.io.stderr.write("looking at the messages, to count them\n");
      if (asked) await ask(asked, cli, flags);
      if (asked || step.value.type === "plan") break;
    }
  } catch (error) {
    await events.return(undefined);
    throw error;
  }
  return join(before, events);
}

/**
 * As `askFirst`, where the plan is too long for a question: what leads to it is told as it happens, and the plan before the
 * question. Where nobody can be asked it is told all the same, and then refused.
 *
 * @param tell writes an event's lines, to a person.
 * @returns what is not told yet.
 */
export async function askAfterPlan<Event extends { type: string }>(
  events: AsyncGenerator<Event>,
  cli: Cli,
  flags: ConfirmFlags,
  tell: (event: Event) => void,
  confirmation: ((event: Event) => Confirmation | undefined) | undefined,
): Promise<AsyncIterable<Event>> {
  if (!confirmation) return events;
  try {
    for (let step = await events.next(); !step.done; step = await events.next()) {
      if (!flags.json) tell(step.value);
      const asked = confirmation(step.value);
      if (asked) await ask(asked, cli, flags);
      if (step.value.type === "plan") break;
    }
  } catch (error) {
    await events.return(undefined);
    throw error;
  }
  return events;
}

async function* join<Event>(before: Event[], rest: AsyncGenerator<Event>): AsyncGenerator<Event> {
  yield* before;
  yield* rest;
}

async function ask(
  { what, otherwise, initial = false, typed, hint }: Confirmation,
  cli: Cli,
  flags: ConfirmFlags,
): Promise<void> {
  const load = cli.views.prompts;
  const terminal = load && !flags.json ? openScreen(presentation(cli, {})) : undefined;
  if (!load || !terminal) {
    const where = cli.io.plain ? "on a terminal of plain text alone (TERM=dumb)" : "without a terminal";
    throw new UsageError(`${what}: ${where} that needs --yes.`, {
      code: "CONFIRMATION_NEEDED",
      where: "--yes",
      hint,
    });
  }
  const question: Question =
    typed === undefined
      ? { name: "sure", kind: "confirm", message: `${what}?`, initial }
      : { name: "sure", kind: "text", message: `${what}? Type ${typed} to go on` };
  try {
    const answers = await (await load()).ask([question], terminal.screen);
    if (!answers) throw new InterruptedError("SIGINT");
    if (answers["sure"] === (typed ?? "true")) return;
  } finally {
    terminal.close();
  }
  throw new AbortError(otherwise, { code: "DECLINED" });
}
