import type { NewTaskEvent, TaskEvent } from "../../contract/event.ts";
import { isTerminal } from "../../contract/event.ts";
import { hash } from "../../contract/hash.ts";
import type { Attempt, WebhookState } from "../../contract/record.ts";
import type { Task } from "../../contract/task.ts";
import type { StoredRecord } from "./stored.ts";

/** Attempts a record remembers. */
const KEPT_ATTEMPTS = 30;

/** What one write makes of a record: its new state and the events that tell it. */
export interface Transition {
  record: StoredRecord;
  events: TaskEvent[];
}

/** Attributes a change may take away. */
type Droppable =
  | "lease"
  | "retryAt"
  | "endedAt"
  | "error"
  | "webhook"
  | "replayKind"
  | "result"
  | "resultRef"
  | "costUsd"
  | "offline";

export interface Changes {
  set?: Partial<StoredRecord>;
  drop?: readonly Droppable[];
  events?: NewTaskEvent[];
}

/** @returns a record nobody has written yet. */
export function newRecord(task: Task, at: string): StoredRecord {
  return {
    v: 1,
    task,
    status: "accepted",
    seq: 0,
    generation: 1,
    attempt: 0,
    acceptedAt: at,
    updatedAt: at,
    attempts: [],
    usage: [],
    version: 0,
    fence: 0,
    toldSeq: 0,
  };
}

/** @returns the record and its events after the changes, numbered on from the record's `seq`. */
export function advance(record: StoredRecord, at: string, changes: Changes): Transition {
  const taskId = record.task.taskId;
  const events = (changes.events ?? []).map((event, index): TaskEvent => ({
    v: 1,
    taskId,
    seq: record.seq + index + 1,
    at,
    ...event,
  }));
  const next: StoredRecord = {
    ...record,
    ...changes.set,
    version: record.version + 1,
    seq: record.seq + events.length,
    updatedAt: at,
  };
  for (const name of changes.drop ?? []) delete next[name];
  const last = events.at(-1);
  if (last && isTerminal(last)) {
    next.endedAt = at;
    const webhook = pendingWebhook(next, last.type);
    if (webhook) next.webhook = webhook;
  }
  return { record: next, events };
}

/** The id is the same whoever tells, and however often: one logical webhook a task, generation and outcome. */
function pendingWebhook(record: StoredRecord, type: string): WebhookState | undefined {
  if (!record.task.callbackUrl) return undefined;
  return { id: `msg_${hash(`${record.task.taskId}/${record.generation}/${type}`, 32)}`, status: "pending", tries: 0 };
}

/** @returns the attempts with the open one ended. */
export function endAttempt(record: StoredRecord, at: string, end: Pick<Attempt, "outcome" | "error">): Attempt[] {
  return record.attempts.map((attempt) =>
    attempt.endedAt === undefined ? { ...attempt, endedAt: at, ...end } : attempt,
  );
}

export function addAttempt(attempts: Attempt[], attempt: Attempt): Attempt[] {
  return [...attempts, attempt].slice(-KEPT_ATTEMPTS);
}

/** @returns the attempt that has begun and not ended, if there is one. */
export function openAttempt(record: StoredRecord): Attempt | undefined {
  return record.attempts.findLast((attempt) => attempt.endedAt === undefined);
}
