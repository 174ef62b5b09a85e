import type { DeadMessage } from "../../contract/dead-message.ts";
import type { NewTaskEvent, TaskError } from "../../contract/event.ts";
import { died } from "./claim.ts";
import { isTerminalStatus, type StoredRecord } from "./stored.ts";
import { advance, type Transition } from "./transition.ts";

/**
 * Decides what a message in the dead-letter queue means for its task's record. The worker writes of every attempt that it
 * began, so a message that the record does not know is one that no attempt ever began for: the function was throttled, or
 * could not be started.
 *
 * @param cause why, where the function's log told.
 * @returns undefined where the record knows all: it is dead by this message already, or lives by another one.
 */
export function decideBurial(
  record: StoredRecord,
  message: DeadMessage,
  now: number,
  cause?: TaskError,
): Transition | undefined {
  const at = new Date(now).toISOString();
  const isCurrent = record.generationMessageId === message.messageId;
  const isKnown = isCurrent || record.attempts.some(({ messageId }) => messageId === message.messageId);
  if (isTerminalStatus(record.status)) {
    const mayLiveAgain = record.status === "deadlettered" || record.replayKind !== undefined;
    // What was sent before the task ended belongs to the life that ended.
    if (isKnown || !mayLiveAgain || message.sentAt <= endOf(record)) return undefined;
    return diedUnbegun(record, message, at, cause);
  }
  const { lease } = record;
  const isOver = message.over === true || lease === undefined || (lease.overAt ?? lease.until) < now;
  if (!isOver) return undefined;
  const isLater = message.sentAt > Date.parse(record.attempts.at(-1)?.startedAt ?? record.acceptedAt);
  if (!isCurrent && record.generationMessageId !== undefined && (isKnown || !isLater)) return undefined;
  const changes = died(record, at, cause);
  return advance(record, at, { ...changes, set: { ...changes.set, generationMessageId: message.messageId } });
}

const endOf = ({ endedAt, updatedAt }: StoredRecord) => Date.parse(endedAt ?? updatedAt);

/** A task that was sent again and died again before any attempt began: a generation without one. */
function diedUnbegun(record: StoredRecord, message: DeadMessage, at: string, cause: TaskError | undefined): Transition {
  const generation = record.generation + 1;
  const life = { generation, attempt: 0 };
  const events: NewTaskEvent[] = [
    { type: "replayed", ...life, kind: record.replayKind ?? "redrive" },
    { type: "deadlettered", ...life, reason: "never-ran", ...(cause ? { error: cause } : {}) },
  ];
  const dropped = ["replayKind", "result", "resultRef", "costUsd", "offline", "webhook", "retryAt", "lease"] as const;
  return advance(record, at, {
    set: {
      status: "deadlettered",
      ...life,
      usage: [],
      fence: record.fence + 1,
      generationMessageId: message.messageId,
      ...(cause ? { error: cause } : {}),
    },
    drop: [...dropped, ...(cause ? [] : ["error" as const])],
    events,
  });
}
