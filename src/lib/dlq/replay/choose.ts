import { AbortError, UsageError } from "../../../contract/errors.ts";
import type { ScanProgress } from "../../../contract/operations/dlq.ts";
import type { LeasedMessage } from "../../../contract/queue.ts";
import type { Workplace } from "../../services.ts";
import { isMeant, type LetterFilter } from "../filter.ts";
import { letterOfMessage, readRecords } from "../groups.ts";
import type { Letters } from "../letters.ts";
import { taskOf } from "../peek.ts";
import { scanMessages } from "../scan.ts";

/** Letters that are meant, each with its message: a change needs the body as it lies in the queue. */
export interface Chosen {
  messages: LeasedMessage[];
  /** Messages that were seen. */
  seen: number;
}

/**
 * Looks at the messages for those that are meant. Nothing is held when it ends.
 *
 * @param most ends the look when so many were found.
 */
export async function* chooseLetters(
  filter: LetterFilter,
  { stage, queue, deadLetterQueue }: Letters,
  most: number,
  place: Workplace,
): AsyncGenerator<ScanProgress, Chosen> {
  const lookup =
    stage && (filter.error !== undefined || filter.where) ? (await readRecords(stage.reader)).lookup : undefined;
  const messages: LeasedMessage[] = [];
  const isFound = (id: string) =>
    messages.some(({ messageId, body }) => messageId === id || taskOf(body).taskId === id);
  const see = async (seen: LeasedMessage[]) => {
    for (const message of seen)
      if (isMeant(filter, await letterOfMessage(message, lookup), message)) messages.push(message);
    return messages.length >= most || (filter.ids?.every(isFound) ?? false);
  };
  const { seen } = yield* scanMessages({ queue, deadLetterQueue, clock: place.clock, signal: place.signal, see });
  place.signal.throwIfAborted();
  return { messages: messages.slice(0, most), seen };
}

/** @throws AbortError `LETTER_NOT_FOUND`, UsageError `LETTERS_SEVERAL` when not exactly one is meant. */
export function theOne({ messages, seen }: Chosen, flag: string, { deadLetterQueue }: Letters): LeasedMessage {
  const [one] = messages;
  if (!one) throw notFound(seen, deadLetterQueue.queue);
  if (messages.length === 1) return one;
  throw new UsageError(`${flag} changes one dead letter, and ${messages.length} are meant.`, {
    code: "LETTERS_SEVERAL",
    where: flag,
    hint: [
      "Name one of them: dlq replay ID",
      ...messages.slice(0, 5).map(({ messageId }) => messageId),
      "Or change all alike: --set path=value, --patch JSON",
    ],
  });
}

export function notFound(seen: number, where: string): AbortError {
  return new AbortError(`None of the ${seen} dead letters that were seen is meant.`, {
    code: "LETTER_NOT_FOUND",
    where,
    hint: "See which there are: dlq inspect --letters; another reader may hold it just now.",
  });
}
