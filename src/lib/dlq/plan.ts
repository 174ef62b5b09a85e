import type { Cause, DeadLetter, ScanProgress } from "../../contract/operations/dlq.ts";
import type { RedrivePlan } from "../../contract/operations/dlq-redrive.ts";
import type { LeasedMessage } from "../../contract/queue.ts";
import type { Workplace } from "../services.ts";
import { isMeant, type LetterFilter, letterSelector, type LetterSelector, meansAll, needsMessages } from "./filter.ts";
import { letterOfMessage, readRecords, recordsSuffice } from "./groups.ts";
import type { Letters } from "./letters.ts";
import type { Route } from "./routes.ts";
import { scanMessages } from "./scan.ts";

export interface Planning {
  filter: LetterFilter;
  /** Also letters of which it is known that no attempt can succeed. */
  all: boolean;
  limit?: number;
  /** Somebody wants to know how many: the messages may be looked at for it. */
  counting: boolean;
}

/** What goes, and what is told of it. */
export interface Planned {
  plan: RedrivePlan;
  /** All causes that were seen, and how many letters of each go. */
  causes: NonNullable<RedrivePlan["causes"]>;
  /** Absent: all go. */
  select?: LetterSelector;
  /** Why not all go, if not. */
  reason?: string;
  /** When the first letter that goes was sent, epoch milliseconds. */
  firstSent?: number;
}

/** Finds out what a redrive would do. A stage's records tell where they can; else the messages are looked at. */
export async function* planRedrive(
  { filter, all, limit, counting }: Planning,
  letters: Letters,
  routes: Route[],
  place: Workplace,
): AsyncGenerator<ScanProgress, Planned> {
  const { stage, queue, deadLetterQueue } = letters;
  const wholly = meansAll(filter);
  const records = stage && !(all && wholly && !counting) ? await readRecords(stage.reader) : undefined;
  const isLost = (letter: DeadLetter) => letter.cause.permanent === true;
  const stay = !all && records?.some(isLost) ? isLost : undefined;
  const select = letterSelector(filter, records?.lookup, stay);
  const tally = createTally(filter, stay, routes);
  const { visible, inFlight, delayed } = await queue.stats(deadLetterQueue.queue);
  const about = visible + inFlight + delayed;
  let counted = true;
  const byRecords = records !== undefined && !needsMessages(filter) && routes.length === 1;
  if (byRecords && recordsSuffice(records.count, about)) {
    if (about > 0) for (const letter of records.letters()) tally.add(letter);
  } else if (counting || byRecords) {
    const see = async (messages: LeasedMessage[]) => {
      for (const message of messages) tally.add(await letterOfMessage(message, records?.lookup), message);
      return false;
    };
    yield* scanMessages({ queue, deadLetterQueue, clock: place.clock, signal: place.signal, see });
  } else {
    counted = false;
  }
  const meant = select || routes.length > 1 ? (counted ? tally.go : undefined) : about;
  const count = meant === undefined ? undefined : Math.min(meant, limit ?? Infinity, about);
  return {
    plan: {
      type: "plan",
      place: letters.place,
      from: deadLetterQueue.name,
      to: routes.map(({ destination }) => destination.name),
      ...(count === undefined ? {} : { count, left: Math.max(0, about - count - tally.permanent) }),
      ...(tally.permanent > 0 ? { permanent: tally.permanent } : {}),
    },
    causes: tally.causes(),
    ...(select ? { select } : {}),
    ...(wholly && stay
      ? { reason: "the service's own move task takes all messages, also those that would fail again" }
      : {}),
    ...(tally.firstSent === Infinity ? {} : { firstSent: tally.firstSent }),
  };
}

function createTally(filter: LetterFilter, stay: ((letter: DeadLetter) => boolean) | undefined, routes: Route[]) {
  const causes = new Map<string, { cause: Cause; count: number; go: number }>();
  const tally = {
    go: 0,
    permanent: 0,
    firstSent: Infinity,
    add(letter: DeadLetter, message?: LeasedMessage) {
      const known = causes.get(letter.cause.fingerprint) ?? { cause: letter.cause, count: 0, go: 0 };
      causes.set(letter.cause.fingerprint, known);
      known.count++;
      if (!isMeant(filter, letter, message)) return;
      if (message && !routes.some(({ takes }) => !takes || takes(message))) return;
      if (stay?.(letter)) return void tally.permanent++;
      known.go++;
      tally.go++;
      tally.firstSent = Math.min(tally.firstSent, Date.parse(letter.sentAt));
    },
    causes: () => [...causes.values()].toSorted((a, b) => b.count - a.count),
  };
  return tally;
}
