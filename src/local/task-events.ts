import type { TaskEvent } from "../contract/event.ts";
import type { DynamoDbService } from "./dynamodb/index.ts";

/**
 * Tells the durable events of all tasks as they are written: in the order of the writes, and also those that their writer
 * did not live to tell any follower.
 */
export function watchTasks(dynamodb: DynamoDbService, tasksTable: string, tell: (event: TaskEvent) => void): void {
  dynamodb.watch(tasksTable, (items) => {
    const record = items.find(({ sk }) => sk === "record");
    for (const { pk: _pk, sk, ttl: _ttl, ...stored } of items) {
      const event = withResult(stored, record);
      if (String(sk).startsWith("event#") && isEvent(event)) tell(event);
    }
  });
}

/** A result lies in the record, which was written with the event. */
function withResult(stored: Record<string, unknown>, record: Record<string, unknown> | undefined): object {
  if (stored["resultRef"] !== "record" || record?.["result"] === undefined) return stored;
  const { resultRef: _, ...event } = stored;
  return { ...event, result: record["result"] };
}

function isEvent(value: object): value is TaskEvent {
  const event: Partial<Record<keyof TaskEvent, unknown>> = value;
  return (
    event.v === 1 && typeof event.taskId === "string" && typeof event.seq === "number" && typeof event.type === "string"
  );
}
