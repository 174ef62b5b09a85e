import type { AttributeValue, DynamoDBClient, QueryCommandInput } from "@aws-sdk/client-dynamodb";
import { UsageError } from "../../contract/errors.ts";
import type { TaskEvent } from "../../contract/event.ts";
import { parseJson } from "../../contract/json.ts";
import { cursorAfter, decodeCursor, newestOf } from "../../contract/listing.ts";
import type { TaskReader } from "../../contract/ports.ts";
import type { TaskRecord, TaskSummary } from "../../contract/record.ts";
import { dayPartition, eventKey, taskKey, TIME_INDEX, TIME_SHARDS } from "../../contract/table.ts";
import type { StageContext } from "./context.ts";
import { taskDays } from "./days.ts";
import { deadLettered } from "./dead-lettered.ts";
import { calling } from "./errors.ts";
import { attributesOf, eventOf, plainItem, recordOf, summaryOf } from "./item.ts";
import { readObject } from "./objects.ts";

/** Reads tasks from the stage's table, so that it also works where the API is down. */
export function createReader(stage: StageContext): TaskReader {
  const { clients, outputs, place } = stage;
  const TableName = outputs.tasksTable;

  async function get(taskId: string): Promise<TaskRecord | undefined> {
    const { GetItemCommand } = await import("@aws-sdk/client-dynamodb");
    const dynamodb = await clients.dynamodb();
    return calling("dynamodb:GetItem", place, async () => {
      const { Item } = await dynamodb.send(
        new GetItemCommand({ TableName, Key: attributesOf(taskKey(taskId)), ConsistentRead: true }),
      );
      return Item && recordOf(plainItem(Item));
    });
  }

  async function* query(input: Omit<QueryCommandInput, "TableName">): AsyncGenerator<Record<string, AttributeValue>> {
    const { QueryCommand } = await import("@aws-sdk/client-dynamodb");
    const dynamodb: DynamoDBClient = await clients.dynamodb();
    let ExclusiveStartKey: Record<string, AttributeValue> | undefined;
    do {
      const page = await calling("dynamodb:Query", place, () =>
        dynamodb.send(new QueryCommand({ TableName, ...input, ...(ExclusiveStartKey ? { ExclusiveStartKey } : {}) })),
      );
      yield* page.Items ?? [];
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey);
  }

  async function events(taskId: string, after = 0): Promise<TaskEvent[]> {
    const from = eventKey(taskId, after + 1);
    const found: TaskEvent[] = [];
    const items = query({
      KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
      ExpressionAttributeValues: attributesOf({
        ":pk": from.pk,
        ":from": from.sk,
        ":to": eventKey(taskId, 99_999_999).sk,
      }),
      ConsistentRead: true,
    });
    for await (const item of items) found.push(eventOf(plainItem(item)));
    return found;
  }

  /** One day of one shard, newest first; a little at a time, as four of them make a page. */
  function shard(
    day: string,
    index: number,
    before: string | undefined,
  ): AsyncGenerator<Record<string, AttributeValue>> {
    return query({
      IndexName: TIME_INDEX,
      KeyConditionExpression: before ? "gpk = :gpk AND gsk < :before" : "gpk = :gpk",
      ExpressionAttributeValues: attributesOf({
        ":gpk": dayPartition(day, index),
        ...(before ? { ":before": before } : {}),
      }),
      ScanIndexForward: false,
      Limit: 50,
    });
  }

  return {
    get,
    events,
    deadLettered: () => deadLettered(stage),
    async list({ status, limit, cursor }) {
      const before = cursor === undefined ? undefined : behind(cursor);
      const tasks: TaskSummary[] = [];
      for await (const day of taskDays(stage, before?.slice(0, 10))) {
        const shards = Array.from({ length: TIME_SHARDS }, (_, index) => shard(day, index, before));
        for await (const item of newestOf(shards, ({ gsk }) => gsk?.S ?? "")) {
          const record = recordOf(plainItem(item));
          if (status && record.status !== status) continue;
          const last = tasks.at(-1);
          if (last && tasks.length === limit) return { tasks, cursor: cursorAfter(last) };
          tasks.push(summaryOf(record));
        }
      }
      return { tasks };
    },
    async result(record) {
      if (record.result !== undefined || record.resultRef === undefined) return record.result;
      return parseJson(await readObject(stage, record.resultRef));
    },
  };
}

/** @throws UsageError `CURSOR_INVALID`. */
function behind(cursor: string): string {
  try {
    return decodeCursor(cursor);
  } catch (error) {
    throw new UsageError("The cursor is not one that a list returned.", {
      code: "CURSOR_INVALID",
      where: "--cursor",
      hint: "Take it from the end of the page before, or leave it out.",
      cause: error,
    });
  }
}
