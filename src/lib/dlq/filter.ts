import type { TaskReader } from "../../contract/ports.ts";
import type { LeasedMessage } from "../../contract/queue.ts";
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

/** @returns whether a letter is meant; undefined when all are. Reads a task's record only where its error is asked for. */
export function letterSelector(
  filter: LetterFilter,
  reader: TaskReader,
): ((message: LeasedMessage) => boolean | Promise<boolean>) | undefined {
  const { tasks, error, since, until } = filter;
  if (tasks === undefined && error === undefined && since === undefined && until === undefined) return undefined;
  const wanted = tasks && new Set(tasks);
  const text = error?.toLowerCase();
  return async (message) => {
    if (since !== undefined && message.sentAt < since) return false;
    if (until !== undefined && message.sentAt >= until) return false;
    if (!wanted && text === undefined) return true;
    const { taskId } = taskOf(message.body);
    if (wanted && (taskId === undefined || !wanted.has(taskId))) return false;
    if (text === undefined) return true;
    const failure = taskId === undefined ? undefined : (await reader.get(taskId))?.error;
    if (!failure) return false;
    return (
      failure.fingerprint === text ||
      `${failure.name} ${failure.status ?? ""} ${failure.message}`.toLowerCase().includes(text)
    );
  };
}
