import type { TaskEvent, TaskStatus } from "../../contract/event.ts";
import { isTaskStatus, TERMINAL_STATUSES } from "../../contract/event.ts";
import type { TaskRecord } from "../../contract/record.ts";
import type { ReplayedEvent } from "../../contract/event.ts";
import type { Item } from "../aws/marshal.ts";

/** Who works on a task, and until when (epoch milliseconds) nobody else may. */
export interface Lease {
  /** The invocation's request id. */
  owner: string;
  messageId: string;
  /** Until then no other invocation runs the task. */
  until: number;
  /** When the invocation is certainly over, where that is later: fast time ends the lease before the function. */
  overAt?: number;
}

/** A record as it lies in the table: what clients see, and what the writers need among themselves. */
export interface StoredRecord extends TaskRecord {
  /** One more with every write: a writer that read an older one must read again. */
  version: number;
  /** One more with every claim and cancel: an attempt with an older one has lost the task. */
  fence: number;
  lease?: Lease;
  /** The message whose receives are this generation's attempts. */
  generationMessageId?: string;
  /** Followers were told of all events up to this one. */
  toldSeq: number;
  /** Set by whoever sends the message again on purpose: the next generation's kind. */
  replayKind?: ReplayedEvent["kind"];
}

/** Names the attempt that writes. */
export interface AttemptRef {
  taskId: string;
  generation: number;
  attempt: number;
  fence: number;
}

/** @returns the record of an item, without its keys. @throws Error for an item this version cannot read. */
export function toRecord(item: Item): StoredRecord {
  const { pk: _pk, sk: _sk, gpk: _gpk, gsk: _gsk, ttl: _ttl, preview: _preview, userId: _userId, ...rest } = item;
  if (!isStoredRecord(rest)) throw new Error(`The item ${String(item["pk"])} is not a task record of this version.`);
  return rest;
}

function isStoredRecord(value: object): value is StoredRecord {
  const record: Partial<Record<keyof StoredRecord, unknown>> = value;
  return (
    record.v === 1 &&
    typeof record.task === "object" &&
    isTaskStatus(record.status) &&
    [record.seq, record.generation, record.attempt, record.version, record.fence, record.toldSeq].every(
      (count) => typeof count === "number",
    ) &&
    Array.isArray(record.attempts) &&
    Array.isArray(record.usage)
  );
}

/** @returns the event of an item, without its keys. */
export function toEvent(item: Item): TaskEvent {
  const { pk: _pk, sk: _sk, ttl: _ttl, ...rest } = item;
  if (!isEvent(rest))
    throw new Error(`The item ${String(item["pk"])} ${String(item["sk"])} is not an event of this version.`);
  return rest;
}

function isEvent(value: object): value is TaskEvent {
  const event: Partial<Record<keyof TaskEvent, unknown>> = value;
  return (
    event.v === 1 && typeof event.taskId === "string" && typeof event.seq === "number" && typeof event.type === "string"
  );
}

export function isTerminalStatus(status: TaskStatus): boolean {
  return TERMINAL_STATUSES.some((terminal) => terminal === status);
}

/** @returns what clients may see of a record. */
export function publicRecord(stored: StoredRecord): TaskRecord {
  const { version: _v, fence: _f, lease: _l, generationMessageId: _m, toldSeq: _t, replayKind: _r, ...record } = stored;
  return record;
}

/** @returns whether everyone was told how this task ended. */
export function isSettled(record: StoredRecord): boolean {
  return isTerminalStatus(record.status) && record.toldSeq >= record.seq && record.webhook?.status !== "pending";
}
