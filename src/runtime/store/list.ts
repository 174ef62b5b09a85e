import type { TaskStatus } from "../../contract/event.ts";
import { cursorAfter, decodeCursor, newestOf, summaryOfItem } from "../../contract/listing.ts";
import type { TaskSummary } from "../../contract/record.ts";
import { dayPartition, DAYS_PARTITION, TIME_INDEX, TIME_SHARDS, upToDay } from "../../contract/table.ts";
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
    for await (const item of newestOf(shards, ({ gsk }) => String(gsk))) {
      const task = summaryOfItem(item);
      if ((request.status && task.status !== request.status) || (request.userId && task.userId !== request.userId))
        continue;
      const last = tasks.at(-1);
      if (last && tasks.length === request.limit) return { tasks, cursor: cursorAfter(last) };
      tasks.push(task);
    }
  }
  return { tasks };
}
