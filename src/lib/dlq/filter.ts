import type { Cause } from "../../contract/operations/dlq.ts";
import type { TaskReader } from "../../contract/ports.ts";
import type { LeasedMessage } from "../../contract/queue.ts";
import { letterOfMessage, lookupOne } from "./groups.ts";
import { taskOf } from "./peek.ts";

/** Which dead letters are meant; all members must hold, and none means all letters. */
export interface LetterFilter {
  /** Ids of tasks. */
  tasks?: string[];
  /** The fingerprint of the error, or text in its name or message. */
  error?: string;
  /** Sent at or after, and before: epoch milliseconds. */
  since?: number;
  until?: number;
}

export type LetterSelector = (message: LeasedMessage) => boolean | Promise<boolean>;

/**
 * @param reader of the stage, where there is one.
 * @returns whether a letter is meant; undefined when all are. Reads a task's record only where its error is asked for.
 */
export function letterSelector(filter: LetterFilter, reader: TaskReader | undefined): LetterSelector | undefined {
  const { tasks, error, since, until } = filter;
  if (tasks === undefined && error === undefined && since === undefined && until === undefined) return undefined;
  const wanted = tasks && new Set(tasks);
  const lookup = reader && lookupOne(reader);
  return async (message) => {
    if (since !== undefined && message.sentAt < since) return false;
    if (until !== undefined && message.sentAt >= until) return false;
    if (!wanted && error === undefined) return true;
    const { taskId } = taskOf(message.body);
    if (wanted && (taskId === undefined || !wanted.has(taskId))) return false;
    if (error === undefined) return true;
    return isCause((await letterOfMessage(message, lookup)).cause, error);
  };
}

/** @param text a fingerprint, or a part of the error's name, status or message. */
function isCause({ fingerprint, name, status, message }: Cause, text: string): boolean {
  const wanted = text.toLowerCase();
  return fingerprint === wanted || `${name} ${status ?? ""} ${message}`.toLowerCase().includes(wanted);
}
