import { isTaskStatus } from "./event.ts";
import type { TaskSummary } from "./record.ts";

/* How lists of tasks are read from the table, by the API and past it: newest first, page after page. */

/** Merges generators that each count down by a key. */
export async function* newestOf<T>(shards: AsyncGenerator<T>[], keyOf: (item: T) => string): AsyncGenerator<T> {
  const heads = await Promise.all(shards.map((shard) => shard.next()));
  for (;;) {
    let best = -1;
    let bestKey = "";
    for (const [index, head] of heads.entries()) {
      const key = head.done ? "" : keyOf(head.value);
      if (key > bestKey) [best, bestKey] = [index, key];
    }
    const head = heads[best];
    const shard = shards[best];
    if (!head || head.done || !shard) return;
    yield head.value;
    heads[best] = await shard.next();
  }
}

/** @param last of a page. @returns what the next page begins behind. */
export function cursorAfter({ acceptedAt, taskId }: Pick<TaskSummary, "acceptedAt" | "taskId">): string {
  return Buffer.from(`${acceptedAt}#${taskId}`).toString("base64url");
}

/** @returns the key that a cursor stands for. @throws RangeError for text that is no cursor of ours. */
export function decodeCursor(cursor: string): string {
  const text = Buffer.from(cursor, "base64url").toString();
  if (!/^\d{4}-\d\d-\d\dT[\d:.]+Z#[A-Za-z0-9_-]+$/.test(text))
    throw new RangeError("The cursor is not one that a list returned.");
  return text;
}

/** @returns the line of a list, from a record's item without what is long. */
export function summaryOfItem(item: Readonly<Record<string, unknown>>): TaskSummary {
  const { status, error, costUsd } = item;
  const text = (name: string) => (typeof item[name] === "string" ? item[name] : "");
  const number = (name: string) => (typeof item[name] === "number" ? item[name] : 0);
  return {
    taskId: text("pk").slice("task#".length),
    userId: text("userId"),
    status: isTaskStatus(status) ? status : "accepted",
    generation: number("generation"),
    attempt: number("attempt"),
    acceptedAt: text("acceptedAt"),
    updatedAt: text("updatedAt"),
    prompt: text("preview"),
    ...(text("endedAt") ? { endedAt: text("endedAt") } : {}),
    ...(isTaskError(error) ? { error } : {}),
    ...(typeof costUsd === "number" ? { costUsd } : {}),
  };
}

function isTaskError(value: unknown): value is NonNullable<TaskSummary["error"]> {
  return typeof value === "object" && value !== null && "fingerprint" in value && "message" in value;
}
