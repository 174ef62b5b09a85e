import { isCanary } from "../../contract/canary.ts";
import type { NewTaskEvent, TaskError } from "../../contract/event.ts";
import type { Task } from "../../contract/task.ts";
import type { Settings } from "../../contract/settings.ts";
import { loseOpenAttempt } from "./lost.ts";
import { isTerminalStatus, isSettled, type StoredRecord } from "./stored.ts";
import { addAttempt, advance, newRecord, type Transition } from "./transition.ts";

export interface ClaimRequest {
  /** As the message's body says. */
  task: Task;
  messageId: string;
  /** The message's ApproximateReceiveCount. */
  receiveCount: number;
  /** Epoch milliseconds; the message's SentTimestamp. */
  sentAt: number;
  /** The invocation's. */
  requestId: string;
  /** Epoch milliseconds: until then no other invocation runs the task. */
  leaseUntil: number;
  /** Epoch milliseconds: when this invocation is certainly over. Default `leaseUntil`. */
  overAt?: number;
}

/** What to do with a message. Everything but "run" needs no model call. */
export type ClaimDecision =
  /** Run it; the transition has been or is to be written. */
  | { outcome: "run"; transition: Transition; isReplay: boolean }
  /** It ended: tell who was not told, then let the message go. */
  | { outcome: "ended"; record: StoredRecord }
  /** Dead-lettered: tell who was not told, then fail at once until the redrive policy moves the message. */
  | { outcome: "bounce"; record: StoredRecord; transition?: Transition }
  /** The same message is at work elsewhere: a duplicate delivery. Never delete it; it comes back when the lease is over. */
  | { outcome: "busy"; record: StoredRecord; until: number }
  /** Another message of the same task is at work: this one came from a repeated submit and is not needed. */
  | { outcome: "duplicate"; record: StoredRecord }
  /** Left over from a smoke test, which removed the record: it is not needed, and nothing is kept of it. */
  | { outcome: "left-over"; record?: undefined };

/**
 * A submit that is repeated before the first attempt began may send a second message, within so many milliseconds of it: the
 * API's function takes no longer. What is sent later is sent again on purpose.
 */
const REPEAT_MS = 15_000;

/** @returns what becomes of a message, decided from the record alone. */
export function decideClaim(
  record: StoredRecord | undefined,
  request: ClaimRequest,
  now: number,
  { maxAttempts, timeScale }: Pick<Settings, "maxAttempts" | "timeScale">,
): ClaimDecision {
  const at = new Date(now).toISOString();
  if (!record && isCanary(request.task)) return { outcome: "left-over" };
  if (!record) return start(accept(request.task, at), request, now, { attempt: request.receiveCount });

  const sameMessage = record.generationMessageId === request.messageId;
  const held = record.lease !== undefined && record.lease.until > now && record.lease.owner !== request.requestId;
  const redriven = isTerminalStatus(record.status)
    ? (record.status === "deadlettered" || record.replayKind !== undefined) &&
      (!sameMessage || request.receiveCount === 1)
    : !held &&
      (sameMessage
        ? request.receiveCount === 1 && record.attempt > 1
        : record.attempt >= maxAttempts || isSentAgain(record, request, REPEAT_MS / timeScale));

  if (held && record.lease && !isSettled(record)) {
    if (record.lease.messageId === request.messageId) return { outcome: "busy", record, until: record.lease.until };
    if (!redriven) return { outcome: "duplicate", record };
  }
  if (redriven) return openGeneration(record, request, now);
  if (record.status === "deadlettered") return { outcome: "bounce", record };
  if (isTerminalStatus(record.status)) return { outcome: "ended", record };
  if (record.attempt >= maxAttempts) {
    const transition = advance(record, at, died(record, at));
    return { outcome: "bounce", record: transition.record, transition };
  }
  const lost = loseOpenAttempt(record, at, false);
  return start({ record: { ...record, ...lost.set }, events: lost.events }, request, now, {
    attempt: Math.max(request.receiveCount, record.attempt + 1),
  });
}

/**
 * @returns whether a message of a task that has not ended was sent when the task had run already: it was redriven from the
 * dead-letter queue, where its last receives had brought it without an attempt, before anybody declared it dead.
 */
function isSentAgain({ attempts, generation }: StoredRecord, { sentAt }: ClaimRequest, graceMs: number): boolean {
  const first = attempts.find((attempt) => attempt.generation === generation);
  return first !== undefined && sentAt > Date.parse(first.startedAt) + graceMs;
}

interface Begun {
  record: StoredRecord;
  events: NewTaskEvent[];
}

/** A message that was sent to the queue directly makes its own record. */
function accept(task: Task, at: string): Begun {
  return {
    record: { ...newRecord(task, at), queuedAt: at },
    events: [{ type: "accepted", generation: 1, attempt: 0 }],
  };
}

/**
 * What a task leaves behind whose last attempt died without a word, or never began.
 *
 * @param cause why, where somebody knows.
 */
export function died(record: StoredRecord, at: string, cause?: TaskError) {
  const lost = loseOpenAttempt(record, at, true, cause);
  const error = lost.set.error ?? cause ?? record.error;
  const dead: NewTaskEvent = {
    type: "deadlettered",
    generation: record.generation,
    attempt: record.attempt,
    reason: record.attempt === 0 ? "never-ran" : "died",
    ...(error ? { error } : {}),
  };
  return {
    set: { ...lost.set, ...(error ? { error } : {}), status: "deadlettered" as const, fence: record.fence + 1 },
    drop: ["lease", "retryAt"] as ("lease" | "retryAt")[],
    events: [...lost.events, dead],
  };
}

/** A dead-lettered task's message came back: it has all its attempts again. */
function openGeneration(record: StoredRecord, request: ClaimRequest, now: number): ClaimDecision {
  const at = new Date(now).toISOString();
  const ended = isTerminalStatus(record.status) ? { set: {}, events: [] } : died(record, at);
  const generation = record.generation + 1;
  const {
    replayKind,
    webhook: _w,
    error: _e,
    result: _r,
    resultRef: _f,
    costUsd: _c,
    offline: _o,
    endedAt: _n,
    retryAt: _t,
    ...kept
  } = record;
  const begun: Begun = {
    record: { ...kept, ...ended.set, task: request.task, generation, attempt: 0, usage: [] },
    events: [...ended.events, { type: "replayed", generation, attempt: 0, kind: replayKind ?? "redrive" }],
  };
  delete begun.record.error;
  return start(begun, request, now, { attempt: request.receiveCount });
}

function start(begun: Begun, request: ClaimRequest, now: number, { attempt }: { attempt: number }): ClaimDecision {
  const { record } = begun;
  const { messageId, requestId, leaseUntil, overAt = leaseUntil } = request;
  const at = new Date(now).toISOString();
  const dueAt = attempt > 1 ? (record.retryAt ?? record.attempts.at(-1)?.endedAt) : undefined;
  const queueWaitMs = Math.max(0, now - Math.max(request.sentAt, dueAt ? Date.parse(dueAt) : 0));
  const { generation } = record;
  const transition = advance(record, at, {
    set: {
      status: "running",
      attempt,
      fence: record.fence + 1,
      lease: { owner: requestId, messageId, until: leaseUntil, ...(overAt > leaseUntil ? { overAt } : {}) },
      generationMessageId: messageId,
      // It was in the queue, whoever lived to say so: a submit that is repeated need not send it again.
      queuedAt: record.queuedAt ?? at,
      attempts: addAttempt(record.attempts, { generation, attempt, startedAt: at, requestId, messageId }),
    },
    drop: ["retryAt"],
    events: [...begun.events, { type: "started", generation, attempt, requestId, messageId, queueWaitMs }],
  });
  return { outcome: "run", transition, isReplay: generation > 1 };
}
