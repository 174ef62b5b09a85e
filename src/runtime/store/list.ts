import { isTaskStatus, type TaskStatus } from "../../contract/event.ts";
import type { TaskSummary } from "../../contract/record.ts";
import { dayPartition, DAYS_PARTITION, TIME_INDEX, TIME_SHARDS, upToDay } from "../../contract/table.ts";
import type { Item } from "../aws/marshal.ts";
import type { WriterParts } from "./writer.ts";

export interface ListRequest {
  limit: number;
  status?: TaskStatus;
  userId?: string;
  /** From the page before. */
  cursor?: string;
}

/** A shard's page; small, as four of them make one. */
const PAGE_SIZE = 50;
const ONLY = [
  "gsk",
  "pk",
  "userId",
  "status",
  "generation",
  "attempt",
  "acceptedAt",
  "updatedAt",
  "endedAt",
  "preview",
  "error",
  "costUsd",
];

/** Tasks newest first, merged from the shards of each day that has some. */
export async function listTasks(
  { dynamo, settings }: WriterParts,
  request: ListRequest,
): Promise<{ tasks: TaskSummary[]; cursor?: string }> {
  const tasks: TaskSummary[] = [];
  const before = request.cursor ? decodeCursor(request.cursor) : undefined;
  const days = dynamo.query({
    table: settings.tasksTable,
    pk: DAYS_PARTITION,
    ...(before ? { before: upToDay(before.slice(0, 10)) } : {}),
    newestFirst: true,
  });
  for await (const { sk } of days) {
    const partition = String(sk);
    const shards = Array.from({ length: TIME_SHARDS }, (_, shard) =>
      dynamo.query({
        table: settings.tasksTable,
        index: { name: TIME_INDEX, pk: "gpk", sk: "gsk" },
        pk: dayPartition(partition, shard),
        ...(before ? { before } : {}),
        newestFirst: true,
        only: ONLY,
        pageSize: PAGE_SIZE,
      }),
    );
    for await (const item of newestOf(shards)) {
      const task = toSummary(item);
      if ((request.status && task.status !== request.status) || (request.userId && task.userId !== request.userId))
        continue;
      if (tasks.length === request.limit) return { tasks, cursor: encodeCursor(tasks.at(-1)) };
      tasks.push(task);
    }
  }
  return { tasks };
}

/** Merges generators that each count down by `gsk`. */
async function* newestOf(shards: AsyncGenerator<Item>[]): AsyncGenerator<Item> {
  const heads = await Promise.all(shards.map((shard) => shard.next()));
  for (;;) {
    let best = -1;
    for (const [index, head] of heads.entries()) {
      const other = best < 0 ? undefined : heads[best];
      if (!head.done && (!other || other.done || String(head.value["gsk"]) > String(other.value["gsk"]))) best = index;
    }
    const head = heads[best];
    const shard = shards[best];
    if (!head || head.done || !shard) return;
    yield head.value;
    heads[best] = await shard.next();
  }
}

function toSummary(item: Item): TaskSummary {
  const text = (name: string) => (typeof item[name] === "string" ? item[name] : "");
  const number = (name: string) => (typeof item[name] === "number" ? item[name] : 0);
  const summary: TaskSummary = {
    taskId: text("pk").slice("task#".length),
    userId: text("userId"),
    status: isTaskStatus(item["status"]) ? item["status"] : "accepted",
    generation: number("generation"),
    attempt: number("attempt"),
    acceptedAt: text("acceptedAt"),
    updatedAt: text("updatedAt"),
    prompt: text("preview"),
  };
  if (text("endedAt")) summary.endedAt = text("endedAt");
  if (isTaskError(item["error"])) summary.error = item["error"];
  if (typeof item["costUsd"] === "number") summary.costUsd = item["costUsd"];
  return summary;
}

function isTaskError(value: unknown): value is NonNullable<TaskSummary["error"]> {
  return typeof value === "object" && value !== null && "fingerprint" in value && "message" in value;
}

function encodeCursor(task: TaskSummary | undefined): string {
  return Buffer.from(task ? `${task.acceptedAt}#${task.taskId}` : "").toString("base64url");
}

/** @throws RangeError for text that is no cursor of ours. */
export function decodeCursor(cursor: string): string {
  const text = Buffer.from(cursor, "base64url").toString();
  if (!/^\d{4}-\d\d-\d\dT[\d:.]+Z#[A-Za-z0-9_-]+$/.test(text))
    throw new RangeError("The cursor is not one that a list returned.");
  return text;
}
