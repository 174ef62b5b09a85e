import { AbortError, PipelineError } from "../../contract/errors.ts";
import { EXIT } from "../../contract/exit.ts";
import type { DlqRedriveEvent, DlqRedriveSummary, MoveActive } from "../../contract/operations/dlq-redrive.ts";
import type { MoveTask } from "../../contract/queue.ts";
import { thousands } from "../../contract/thousands.ts";
import { invocation } from "../installation.ts";
import { interruptedExit } from "../interrupt.ts";
import type { Workplace } from "../services.ts";
import { enterLetters, type Letters, type LettersChoice, lettersFlags } from "./letters.ts";
import { followMove } from "./service-move.ts";

/** @returns the move task that the service is at work on; undefined where it has none, or does not say. */
export async function findActive({
  queue,
  deadLetterQueue,
}: Pick<Letters, "queue" | "deadLetterQueue">): Promise<MoveTask | undefined> {
  try {
    const tasks = await queue.move?.list(deadLetterQueue.queue);
    return tasks?.find(({ status }) => status === "RUNNING" || status === "CANCELLING");
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    return undefined;
  }
}

/** @returns what is told of a move that is at work. */
export function shownActive({ moved, toMove, startedAt }: MoveTask, { place, deadLetterQueue }: Letters): MoveActive {
  return {
    type: "active",
    place,
    name: deadLetterQueue.name,
    moved,
    toMove,
    startedAt: new Date(startedAt).toISOString(),
  };
}

/** Follows the move that is at work to its end. */
export async function* attach(
  { queue, deadLetterQueue }: Letters,
  choice: LettersChoice,
  place: Workplace,
): AsyncGenerator<DlqRedriveEvent> {
  const { clock, signal } = place;
  const began = clock.now();
  if (!queue.move) throw new Error("A queue with an active move has moves.");
  const end = yield* followMove(queue.move, deadLetterQueue.queue, place);
  yield {
    type: "summary",
    operation: "dlq-redrive",
    exitCode: signal.aborted ? interruptedExit(signal) : EXIT.completed,
    ...end,
    ...(signal.aborted ? detached(choice, place) : {}),
    elapsedMs: clock.now() - began,
  };
}

/** Follows the newest move, which its reader has just left: it may have ended meanwhile. */
export async function* followAgain(choice: LettersChoice, place: Workplace): AsyncGenerator<DlqRedriveEvent> {
  const letters = yield* enterLetters(choice, place, { change: true, anyQueue: true });
  try {
    yield* attach(letters, choice, place);
  } finally {
    await letters.close();
  }
}

/** @returns what a summary says when its reader leaves and the service goes on. */
export function detached(choice: LettersChoice, place: Workplace): Pick<DlqRedriveSummary, "detached" | "again"> {
  const command = `${invocation(place.installation, place.cwd)} dlq redrive`;
  const flags = lettersFlags(choice);
  return { detached: true, again: { follow: `${command} --attach${flags}`, cancel: `${command} --cancel${flags}` } };
}

/** Cancels the move that is at work. What was moved stays moved. */
export async function* cancelMove(choice: LettersChoice, place: Workplace): AsyncGenerator<DlqRedriveEvent> {
  const { clock } = place;
  const letters = yield* enterLetters(choice, place, { change: true, anyQueue: true });
  try {
    const began = clock.now();
    const { queue, deadLetterQueue } = letters;
    const active = await findActive(letters);
    if (!active?.handle || !queue.move) throw nothingActive(letters);
    await queue.move.cancel(active.handle);
    const end = yield* followMove(queue.move, deadLetterQueue.queue, place);
    yield {
      type: "summary",
      operation: "dlq-redrive",
      exitCode: EXIT.completed,
      ...end,
      elapsedMs: clock.now() - began,
    };
  } finally {
    await letters.close();
  }
}

/** @returns the error of a command that cannot ask, or was not asked to follow. */
export function moveActive(
  { moved, toMove }: MoveTask,
  { deadLetterQueue }: Pick<Letters, "deadLetterQueue">,
  choice: LettersChoice,
  place: Workplace,
): AbortError {
  const { again } = detached(choice, place);
  return new AbortError(
    `The service moves the letters of ${deadLetterQueue.name} already: ${thousands(moved)} of about ${thousands(toMove)} are done.`,
    {
      code: "MOVE_ACTIVE",
      where: deadLetterQueue.queue,
      hint: [`Follow it: ${again?.follow}`, `Or cancel it: ${again?.cancel}`],
    },
  );
}

export function nothingActive({ deadLetterQueue }: Letters): AbortError {
  return new AbortError(`The service moves nothing from ${deadLetterQueue.name}.`, {
    code: "MOVE_NOT_ACTIVE",
    where: deadLetterQueue.queue,
    hint: "See what is there: dlq list",
  });
}
