import { namesAndFlags, shellWord } from "../../contract/shell-word.ts";
import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { AbortError, UsageError } from "../../contract/errors.ts";
import { EXIT } from "../../contract/exit.ts";
import type { DlqImportEvent } from "../../contract/operations/dlq-change.ts";
import { createChannel } from "../channel.ts";
import { invocation } from "../installation.ts";
import { interruptedExit } from "../interrupt.ts";
import { inBatches } from "../mover/batches.ts";
import { createJournal, findJournal, type Journal, resumeJournal } from "../mover/journal.ts";
import { type Carried, sendBatch } from "../mover/send.ts";
import type { Workplace } from "../services.ts";
import { openImport } from "./import-file.ts";
import { enterLetters, type Letters, type LettersChoice, lettersFlags } from "./letters.ts";
import { stateFolder } from "./state-folder.ts";

export interface ImportInput {
  choice: LettersChoice;
  file: string;
  /** Another queue than the dead-letter queue: its name, URL or ARN. */
  to?: string;
  resume: boolean;
}

/** Batches under way at a time. A FIFO queue gets one after the other, in the file's order. */
const LANES = 4;
/** Messages that are read ahead, to make batches of. */
const READ_AHEAD = 100;
const PROGRESS_MS = 100;

/**
 * Puts the messages of an export back, as they were: body, attributes with their types, trace header and group. A journal
 * knows what was sent, so that a run that was killed goes on without sending it again.
 */
export async function* importLetters(input: ImportInput, place: Workplace): AsyncGenerator<DlqImportEvent> {
  const { choice, to } = input;
  const { clock, signal } = place;
  const path = resolve(place.cwd, input.file);
  const file = await openImport(path);
  const letters = yield* enterLetters(choice, place, { change: true, anyQueue: true });
  let journal: Journal | undefined;
  try {
    const destination = await destinationOf(letters, to);
    const name = createHash("sha256").update(`import ${path} ${destination.queue}`).digest("hex").slice(0, 16);
    const journalPath = join(await stateFolder(letters.stage !== undefined, place), "moves", `${name}.journal`);
    const earlier = await findJournal(journalPath);
    if (earlier && !input.resume) throw unfinished(earlier.startedAt, journalPath);
    if (!earlier && input.resume) throw nothingToResume();
    if (earlier) journal = await resumeJournal(journalPath);
    const sentBefore = journal?.pending ?? 0;
    yield {
      type: "plan",
      file: input.file,
      place: letters.place,
      to: destination.name,
      count: file.count,
      sentBefore,
    };
    const began = clock.now();
    journal ??= await createJournal(journalPath, {
      source: path,
      destination: destination.queue,
      startedAt: new Date(began),
    });
    const counts = { refused: [] as { messageId: string; reason: string }[], perhapsTwice: 0 };
    const sending = {
      queue: letters.queue,
      destination: destination.queue,
      fifo: destination.fifo,
      journal,
      counts,
      clock,
      random: Math.random,
      signal,
    };
    let sent = 0;
    let told = began;
    const batches = batchesOf(file.messages(), journal, letters, destination.fifo);
    const done = createChannel<number>();
    const lane = async () => {
      for (let step = await batches.next(); !step.done && !signal.aborted; step = await batches.next())
        done.push((await sendBatch(sending, step.value)).length);
    };
    const running = Promise.all(Array.from({ length: destination.fifo ? 1 : LANES }, lane));
    running.then(
      () => done.close(),
      (error: unknown) => (signal.aborted ? done.close() : done.close(error)),
    );
    for await (const more of done) {
      sent += more;
      if (clock.now() - told < PROGRESS_MS) continue;
      told = clock.now();
      yield { type: "import", sent, count: file.count - sentBefore, ms: told - began };
    }
    for (const refused of counts.refused) yield { type: "refused", ...refused };
    const whole = !signal.aborted && counts.refused.length === 0;
    if (whole) await journal.remove();
    else await journal.close();
    journal = undefined;
    yield {
      type: "summary",
      operation: "dlq-import",
      exitCode: signal.aborted ? interruptedExit(signal) : whole ? EXIT.completed : EXIT.taskFailed,
      file: path,
      queue: destination.queue,
      sent,
      sentBefore,
      repeated: file.repeated,
      refused: counts.refused.length,
      perhapsTwice: counts.perhapsTwice,
      ...(whole ? {} : { resume: resumeCommand(input, place) }),
      elapsedMs: clock.now() - began,
    };
  } finally {
    await journal?.close().catch(() => undefined);
    await letters.close();
  }
}

async function destinationOf({ queue, deadLetterQueue }: Letters, to: string | undefined) {
  if (to === undefined) return deadLetterQueue;
  const url = await queue.find(to);
  return { queue: url, ...(await queue.describe(url)) };
}

/** Reads on as batches are taken; what the journal knows as sent is left out. */
async function* batchesOf(
  messages: AsyncIterable<Carried>,
  journal: Journal,
  { queue }: Letters,
  fifo: boolean,
): AsyncGenerator<Carried[]> {
  // What this run sends is in the journal, too, but never comes again.
  let ahead: Carried[] = [];
  for await (const message of messages) {
    if (journal.isSent(message)) continue;
    ahead.push(message);
    if (ahead.length < READ_AHEAD) continue;
    yield* inBatches(ahead, queue.limits, fifo);
    ahead = [];
  }
  yield* inBatches(ahead, queue.limits, fifo);
}

function resumeCommand({ choice, file, to }: ImportInput, place: Workplace): string {
  const command = invocation(place.installation, place.cwd);
  return `${command} dlq import${namesAndFlags([file], `${to === undefined ? "" : ` --to ${shellWord(to)}`} --resume${lettersFlags(choice)}`)}`;
}

function unfinished(startedAt: string, where: string): AbortError {
  return new AbortError(`An import of this file to this queue did not end (it began ${startedAt}).`, {
    code: "IMPORT_UNFINISHED",
    where,
    hint: [
      "Go on with it, so that nothing is sent twice: run the command again with --resume",
      "Or, if the queue was emptied since, delete the file above.",
    ],
  });
}

function nothingToResume(): UsageError {
  return new UsageError("There is no import to go on with: the last one ended.", {
    code: "NOTHING_TO_RESUME",
    where: "--resume",
    hint: "Run the command without --resume.",
  });
}
