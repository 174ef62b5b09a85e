import { AbortError, UsageError } from "../../../contract/errors.ts";
import { EXIT } from "../../../contract/exit.ts";
import type { DlqReplayEvent, ReplayPlan } from "../../../contract/operations/dlq-replay.ts";
import type { LeasedMessage } from "../../../contract/queue.ts";
import { interruptedExit } from "../../interrupt.ts";
import type { Workplace } from "../../services.ts";
import { shellWord } from "../../../contract/shell-word.ts";
import { moveByClient } from "../client-move.ts";
import type { LetterSelector } from "../filter.ts";
import { cannotFollow, waitForAll } from "../follow-redriven.ts";
import { enterLetters, type Letters } from "../letters.ts";
import { refusePaused } from "../paused.ts";
import { taskOf } from "../peek.ts";
import { parseWhere } from "../where.ts";
import { type Change, createChange, describeChange } from "./change.ts";
import { type Chosen, chooseLetters, notFound, theOne } from "./choose.ts";
import { type Destination, findDestination } from "./destination.ts";
import { type Edit, editBody } from "./edit.ts";
import { type ReplayInput, replayCommand } from "./input.ts";
import { createSender } from "./sender.ts";

/**
 * Runs dead letters again with a change. What they would become is checked before anything is sent, and told as the plan:
 * whoever stops reading there has sent nothing. The original goes when its change was confirmed sent, unless it is kept.
 */
export async function* replay(input: ReplayInput, place: Workplace): AsyncGenerator<DlqReplayEvent> {
  const { clock, signal } = place;
  const { choice, to, change, limit } = input;
  if (isUnchanged(input)) throw nothingChanged();
  const where = input.where === undefined ? undefined : await parseWhere(input.where);
  const letters = yield* enterLetters(choice, place, { change: true, anyQueue: to !== undefined });
  let destination: Destination | undefined;
  let edit: Edit | undefined;
  try {
    const { stage } = letters;
    destination = yield* findDestination(letters, to, choice, place);
    const target = destination;
    if (input.wait && !target.stage) throw cannotFollow();
    if (target.stage && !input.dryRun && !input.whilePaused) await refusePaused(target.stage, choice, place);
    const began = clock.now();
    const filter = { ...input.filter, ...(where ? { where } : {}) };
    const chosen = yield* chooseLetters(filter, letters, limit ?? Infinity, place);
    const bounds = { task: target.stage !== undefined, elsewhere: target.elsewhere, limits: target.port.limits };
    if (change.body !== undefined) theOne(chosen, "--body", letters);
    if (input.edit) edit = await editBody(theOne(chosen, "--edit", letters), stage !== undefined, input.edit, place);
    const apply = await createChange({ ...change, ...(edit ? { body: edit.body } : {}) }, bounds);
    const plan = planOf(chosen, apply, input, letters, target);
    if (chosen.seen === 0 && input.filter.ids === undefined && !input.resume) {
      yield { ...summaryOf(input), empty: true, elapsedMs: clock.now() - began };
      return;
    }
    if (plan.count === 0 && !input.resume) throw nothingToSend(plan, chosen, letters, edit, input, place);
    yield plan;
    if (input.dryRun) {
      yield { ...summaryOf(input), dryRun: true, elapsedMs: clock.now() - began };
      return;
    }
    const sender = createSender(apply, target, letters.stage);
    const counts = yield* moveByClient(
      {
        source: letters.deadLetterQueue,
        destination: target.queue,
        ofStage: stage !== undefined,
        select: chosenOnly(chosen),
        // Nothing is looked at for when all were found.
        limit: chosen.messages.length,
        resume: input.resume,
        hooks: { prepare: sender.prepare, onSent: sender.onSent, keep: input.keep },
        ...(input.maxPerSecond === undefined ? {} : { maxPerSecond: input.maxPerSecond }),
      },
      target.port,
      place,
    );
    const gone = Math.max(0, chosen.messages.length - counts.moved - counts.finished - counts.refused.length);
    if (!signal.aborted && counts.moved + counts.finished === 0 && gone > 0 && counts.refused.length === 0)
      throw letterGone(letters, edit, input, place);
    if (!signal.aborted && counts.refused.length === 0) await edit?.remove();
    const ends = { completed: 0, failed: 0 };
    for await (const event of input.wait && target.stage ? waitForAll(target.stage, sender.sent, place) : []) {
      ends[event.status === "completed" ? "completed" : "failed"]++;
      yield event;
    }
    const failed = ends.failed + counts.refused.length + counts.undeleted + gone > 0;
    const whole = !signal.aborted && counts.undeleted === 0;
    yield {
      ...summaryOf(input),
      exitCode: signal.aborted ? interruptedExit(signal) : failed ? EXIT.taskFailed : EXIT.completed,
      replayed: counts.moved,
      refused: counts.refused.length,
      perhapsTwice: counts.perhapsTwice,
      ...(gone > 0 && !signal.aborted ? { gone } : {}),
      ...(input.wait ? ends : {}),
      ...(whole ? {} : { resume: replayCommand(input, place, wordsOf(input, edit), ["--resume"]) }),
      elapsedMs: clock.now() - began,
    };
  } finally {
    await destination?.close();
    await letters.close();
  }
}

const summaryOf = ({ keep }: ReplayInput) => ({
  type: "summary" as const,
  operation: "dlq-replay" as const,
  exitCode: EXIT.completed,
  replayed: 0,
  kept: keep,
  refused: 0,
  perhapsTwice: 0,
});

/** What an editor changed is in its file from then on. */
const wordsOf = (input: ReplayInput, edit: Edit | undefined) =>
  edit ? ["--body", shellWord(`@${edit.path}`), ...input.words] : input.words;

function planOf(
  { messages }: Chosen,
  apply: Change,
  input: ReplayInput,
  letters: Letters,
  { queue, stage, elsewhere }: Destination,
): ReplayPlan {
  let count = 0;
  let invalid: ReplayPlan["invalid"];
  let example: ReplayPlan["example"];
  for (const message of messages) {
    const after = apply(message);
    if ("problem" in after) {
      invalid ??= { count: 0, messageId: message.messageId, problem: after.problem };
      invalid.count++;
      continue;
    }
    count++;
    example ??= { id: taskOf(message.body).taskId ?? message.messageId, before: message.body, after: after.body };
  }
  return {
    type: "plan",
    place: letters.place,
    from: letters.deadLetterQueue.name,
    to: queue.name,
    ...(elsewhere && stage ? { toStage: stage.ref } : {}),
    count,
    ...(invalid ? { invalid } : {}),
    keep: input.keep,
    changes: [
      ...describeChange(input.change, input.edit !== undefined),
      ...(elsewhere ? ["without its callbackUrl: whoever waits there must not be told of this"] : []),
    ],
    ...(example ? { example } : {}),
  };
}

/** The messages that were looked at, and no others that came since. */
function chosenOnly({ messages }: Chosen): LetterSelector {
  const keyOf = ({ messageId, sentAt }: LeasedMessage) => `${messageId} ${sentAt}`;
  const keys = new Set(messages.map(keyOf));
  return (message) => keys.has(keyOf(message));
}

function isUnchanged({ change, edit, to, keep }: ReplayInput): boolean {
  const { body, patch, set } = change;
  return !edit && to === undefined && !keep && body === undefined && patch === undefined && set.length === 0;
}

function nothingChanged(): UsageError {
  return new UsageError("Nothing is to be changed.", {
    code: "NOTHING_CHANGED",
    where: "dlq replay",
    hint: [
      "Say what: --edit, --set path=value, --patch JSON, --body TEXT, --to QUEUE or --keep",
      "Or move them as they are: dlq redrive",
    ],
  });
}

/** None is meant, or none could be sent as it would be: then an edit is kept. */
function nothingToSend(
  { invalid }: ReplayPlan,
  { seen }: Chosen,
  letters: Letters,
  edit: Edit | undefined,
  input: ReplayInput,
  place: Workplace,
): AbortError {
  if (!invalid) return notFound(seen, letters.deadLetterQueue.queue);
  const of = invalid.count === 1 ? `The message ${invalid.messageId}` : `None of ${invalid.count} messages`;
  return new AbortError(`${of} can be sent as it would be: ${invalid.problem}. Nothing was sent.`, {
    code: "CHANGE_INVALID",
    where: edit?.path ?? "dlq replay",
    hint: edit
      ? [`Your edit is kept. Mend it, then: ${replayCommand(input, place, wordsOf(input, edit))}`]
      : "Change it so that it is a task again: taskId, userId and prompt are texts.",
  });
}

function letterGone(letters: Letters, edit: Edit | undefined, input: ReplayInput, place: Workplace): AbortError {
  return new AbortError(
    "What was to be sent is not in the dead-letter queue any more: somebody moved or deleted it meanwhile. Nothing was sent.",
    {
      code: "LETTER_GONE",
      where: edit?.path ?? letters.deadLetterQueue.queue,
      hint: [
        ...(edit
          ? [`Your edit is kept; should it come back: ${replayCommand(input, place, wordsOf(input, edit))}`]
          : []),
        "See what is there: dlq inspect --letters",
      ],
    },
  );
}
