import { AuthorizationError } from "../../contract/errors.ts";
import type { Desk, DeskLoaded } from "../../contract/desk.ts";
import type { DeadLetter, DeadLetterShown, QueueShown, ScanProgress } from "../../contract/operations/dlq.ts";
import type { StageShown } from "../../contract/operations/shared.ts";
import type { LeasedMessage } from "../../contract/queue.ts";
import { invocation } from "../installation.ts";
import { sizeOf } from "../mover/batches.ts";
import type { Workplace } from "../services.ts";
import { shellWord } from "../../contract/shell-word.ts";
import { createGrouping, letterOfMessage, readRecords, type RecordLookup, recordsSuffice } from "./groups.ts";
import { enterLetters, type Letters, type LettersChoice, lettersWords } from "./letters.ts";
import { scanMessages } from "./scan.ts";
import { letterOfRecordShown, letterShown, lookFor } from "./show.ts";

/** Messages that were looked at are kept up to so many bytes; beyond, one is looked for again when it is shown. */
const KEPT_BYTES = 64 * 1024 * 1024;

/** Opens dead letters to choose from. A stage's records tell of them; the messages of any other queue are looked at, and those that records do not tell of. */
export async function openDesk(choice: LettersChoice, place: Workplace): Promise<Desk & { close(): Promise<void> }> {
  const entering = enterLetters(choice, place, { change: true });
  let shown: StageShown | QueueShown | undefined;
  let step = await entering.next();
  for (; !step.done; step = await entering.next()) shown = step.value;
  const letters = step.value;
  if (!shown) throw new Error("What is opened is named.");
  const messages = new Map<string, LeasedMessage>();
  return {
    place: shown,
    program: invocation(place.installation, place.cwd),
    line: (argv) => argv.map(shellWord).join(" "),
    flags: lettersWords(choice),
    load: () => load(letters, messages, place),
    detail: (letter) => detailOf(letter, letters, messages, place),
    close: () => letters.close(),
  };
}

/** What the records tell; where they do not tell of all, the messages are looked at. */
async function* load(
  letters: Letters,
  messages: Map<string, LeasedMessage>,
  place: Workplace,
): AsyncGenerator<ScanProgress | DeskLoaded> {
  const { stage, queue, deadLetterQueue } = letters;
  const records = stage && (await readRecords(stage.reader));
  const { visible, inFlight, delayed } = await queue.stats(deadLetterQueue.queue);
  const about = visible + inFlight + delayed;
  try {
    if (!records || !recordsSuffice(records.count, about)) {
      yield* fromMessages(letters, records?.lookup, messages, place);
      return;
    }
  } catch (error) {
    // Who may read records need not be permitted to receive.
    if (!records || !(error instanceof AuthorizationError)) throw error;
  }
  const grouping = createGrouping();
  const all = [...records.letters()];
  for (const letter of all) grouping.add(letter);
  yield { type: "loaded", letters: newestFirst(all), groups: grouping.groups(), about };
}

async function* fromMessages(
  { queue, deadLetterQueue }: Letters,
  lookup: RecordLookup | undefined,
  messages: Map<string, LeasedMessage>,
  place: Workplace,
): AsyncGenerator<ScanProgress | DeskLoaded> {
  const grouping = createGrouping();
  const all: DeadLetter[] = [];
  let bytes = 0;
  messages.clear();
  const see = async (seen: LeasedMessage[]) => {
    for (const message of seen) {
      const letter = await letterOfMessage(message, lookup);
      all.push(letter);
      grouping.add(letter);
      bytes += sizeOf(message);
      if (bytes <= KEPT_BYTES) messages.set(message.messageId, message);
    }
    return false;
  };
  const scanning = scanMessages({ queue, deadLetterQueue, clock: place.clock, signal: place.signal, see });
  let step = await scanning.next();
  for (; !step.done; step = await scanning.next()) yield step.value;
  yield { type: "loaded", letters: newestFirst(all), groups: grouping.groups(), about: step.value.about };
}

const newestFirst = (letters: DeadLetter[]) => letters.toSorted((a, b) => (a.sentAt < b.sentAt ? 1 : -1));

async function detailOf(
  { taskId, messageId }: DeadLetter,
  letters: Letters,
  messages: Map<string, LeasedMessage>,
  place: Workplace,
): Promise<DeadLetterShown> {
  const record = taskId === undefined ? undefined : await letters.stage?.reader.get(taskId);
  if (record) return letterOfRecordShown(record);
  const kept = messageId === undefined ? undefined : messages.get(messageId);
  if (kept) return letterShown(kept, letters);
  const looking = lookFor(messageId ?? taskId ?? "", letters, place);
  let step = await looking.next();
  while (!step.done) step = await looking.next();
  return letterShown(step.value.message, letters);
}
