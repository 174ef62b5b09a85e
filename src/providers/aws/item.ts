import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { isTaskStatus, type TaskEvent } from "../../contract/event.ts";
import type { TaskRecord, TaskSummary } from "../../contract/record.ts";

type Plain = Record<string, unknown>;

/** @returns the values of an item as JSON has them. */
export function plainItem(item: Record<string, AttributeValue>): Plain {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plain(value)]));
}

function plain(value: AttributeValue): unknown {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return Number(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.NULL !== undefined) return null;
  if (value.L !== undefined) return value.L.map(plain);
  if (value.M !== undefined) return plainItem(value.M);
  return undefined;
}

/** @returns values in DynamoDB's notation; members that are undefined are left out. */
export function attributesOf(values: object): Record<string, AttributeValue> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]: [string, unknown]) => [name, attribute(value)]));
}

function attribute(value: unknown): AttributeValue {
  if (value === null || value === undefined) return { NULL: true };
  if (typeof value === "string") return { S: value };
  if (typeof value === "number") return { N: String(value) };
  if (typeof value === "boolean") return { BOOL: value };
  if (Array.isArray(value)) return { L: value.map(attribute) };
  if (typeof value === "object") return { M: attributesOf(value) };
  throw new TypeError(`A value of type ${typeof value} cannot be stored.`);
}

/** What the writers keep in a record for themselves. */
const PRIVATE = [
  "pk",
  "sk",
  "gpk",
  "gsk",
  "ttl",
  "preview",
  "userId",
  "version",
  "fence",
  "lease",
  "generationMessageId",
  "toldSeq",
  "replayKind",
];

/** @returns the record of an item. @throws TypeError for one that this version cannot read. */
export function recordOf(item: Plain): TaskRecord {
  const record = without(item, PRIVATE);
  if (!isRecord(record)) throw new TypeError(`The item ${String(item["pk"])} is not a task record of this version.`);
  return record;
}

/** @returns the event of an item. @throws TypeError. */
export function eventOf(item: Plain): TaskEvent {
  const event = without(item, ["pk", "sk", "ttl"]);
  if (!isEvent(event))
    throw new TypeError(`The item ${String(item["pk"])} ${String(item["sk"])} is not an event of this version.`);
  return event;
}

/** @returns the line of a list, from a record's item. */
export function summaryOf(record: TaskRecord): TaskSummary {
  const { task, status, generation, attempt, acceptedAt, updatedAt, endedAt, error, costUsd } = record;
  return {
    taskId: task.taskId,
    userId: task.userId,
    status,
    generation,
    attempt,
    acceptedAt,
    updatedAt,
    prompt: task.prompt.slice(0, 120),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(error === undefined ? {} : { error }),
    ...(costUsd === undefined ? {} : { costUsd }),
  };
}

function without(item: Plain, names: string[]): Plain {
  return Object.fromEntries(Object.entries(item).filter(([name]) => !names.includes(name)));
}

function isRecord(value: object): value is TaskRecord {
  const record: Partial<Record<keyof TaskRecord, unknown>> = value;
  return (
    record.v === 1 &&
    isTaskStatus(record.status) &&
    typeof record.task === "object" &&
    typeof record.acceptedAt === "string" &&
    [record.seq, record.generation, record.attempt].every((count) => typeof count === "number") &&
    Array.isArray(record.attempts) &&
    Array.isArray(record.usage)
  );
}

function isEvent(value: object): value is TaskEvent {
  const event: Partial<Record<keyof TaskEvent, unknown>> = value;
  return (
    event.v === 1 && typeof event.taskId === "string" && typeof event.seq === "number" && typeof event.type === "string"
  );
}
