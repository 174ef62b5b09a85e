import type { NewTaskEvent, TaskError } from "../../contract/event.ts";
import { hash } from "../../contract/hash.ts";
import type { StoredRecord } from "./stored.ts";
import { endAttempt, openAttempt, type Changes } from "./transition.ts";

/** What an attempt failed of that never said so. */
export const ATTEMPT_LOST: TaskError = {
  name: "AttemptLost",
  message: "The attempt ended without a word: the function crashed, ran out of memory or reached its timeout.",
  fingerprint: hash("AttemptLost", 12),
  permanent: false,
};

/**
 * @param error what it failed of, where somebody knows better.
 * @returns what ends the attempt that never ended, if there is one.
 */
export function loseOpenAttempt(
  record: StoredRecord,
  at: string,
  final: boolean,
  error = ATTEMPT_LOST,
): Required<Pick<Changes, "set" | "events">> {
  const open = openAttempt(record);
  if (!open) return { set: {}, events: [] };
  const durationMs = Math.max(0, Date.parse(at) - Date.parse(open.startedAt));
  const event: NewTaskEvent = {
    type: "failed",
    generation: open.generation,
    attempt: open.attempt,
    error,
    final,
    durationMs,
  };
  return {
    set: { attempts: endAttempt(record, at, { outcome: "lost", error }), error },
    events: [event],
  };
}
