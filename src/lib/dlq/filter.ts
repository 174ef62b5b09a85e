import type { Cause, DeadLetter } from "../../contract/operations/dlq.ts";
import type { LeasedMessage } from "../../contract/queue.ts";
import { letterOfMessage, type RecordLookup } from "./groups.ts";
import type { Where } from "./where.ts";

/** Which dead letters are meant; all members must hold, and none means all letters. */
export interface LetterFilter {
  /** Ids of tasks or messages, or beginnings of messages' ids. */
  ids?: string[];
  /** Ids of tasks. */
  tasks?: string[];
  /** The fingerprint of the error, or text in its name or message. */
  error?: string;
  /** Sent at or after, and before: epoch milliseconds. */
  since?: number;
  until?: number;
  where?: Where;
}

export type LetterSelector = (message: LeasedMessage) => boolean | Promise<boolean>;

/** @returns whether nothing is left out. */
export function meansAll({ ids, tasks, error, since, until, where }: LetterFilter): boolean {
  return [ids, tasks, error, since, until, where].every((member) => member === undefined);
}

/** @returns whether a record does not tell if its letter is meant. */
export function needsMessages({ ids, since, until, where }: LetterFilter): boolean {
  return [ids, since, until, where].some((member) => member !== undefined);
}

/**
 * @param message the letter itself; absent where only its record is known, which is enough unless the filter needs messages.
 * @returns whether a letter is meant.
 */
export function isMeant(filter: LetterFilter, letter: DeadLetter, message?: LeasedMessage): boolean {
  const { ids, tasks, error, since, until, where } = filter;
  if (ids && !ids.some((id) => isNamed(letter, id))) return false;
  if (tasks && !(letter.taskId !== undefined && tasks.includes(letter.taskId))) return false;
  if (error !== undefined && !isCause(letter.cause, error)) return false;
  if (!message) return true;
  if (since !== undefined && message.sentAt < since) return false;
  if (until !== undefined && message.sentAt >= until) return false;
  return !where || where(message, letter);
}

/**
 * @param stay letters that are left where they are although the filter means them.
 * @returns what chooses among messages; undefined when all go.
 */
export function letterSelector(
  filter: LetterFilter,
  lookup: RecordLookup | undefined,
  stay?: (letter: DeadLetter) => boolean,
): LetterSelector | undefined {
  if (meansAll(filter) && !stay) return undefined;
  return async (message) => {
    const letter = await letterOfMessage(message, lookup);
    return isMeant(filter, letter, message) && !stay?.(letter);
  };
}

/** So many characters tell messages apart. */
const SHORTEST_PREFIX = 6;

/** @returns whether an id is a letter's: of its task, of its message, or the beginning of the latter. */
export function isNamed({ taskId, messageId }: Pick<DeadLetter, "taskId" | "messageId">, id: string): boolean {
  return taskId === id || messageId === id || (id.length >= SHORTEST_PREFIX && messageId?.startsWith(id) === true);
}

/** @param text a fingerprint, or a part of the error's name, status or message. */
function isCause({ fingerprint, name, status, message }: Cause, text: string): boolean {
  const wanted = text.toLowerCase();
  return fingerprint === wanted || `${name} ${status ?? ""} ${message}`.toLowerCase().includes(wanted);
}
