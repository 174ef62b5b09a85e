import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { summaryOfItem } from "../../contract/listing.ts";
import type { TaskSummary } from "../../contract/record.ts";
import { dayPartition, TIME_INDEX, TIME_SHARDS } from "../../contract/table.ts";
import type { StageContext } from "./context.ts";
import { taskDays } from "./days.ts";
import { calling } from "./errors.ts";
import { attributesOf, plainItem } from "./item.ts";

/** What a summary needs, and nothing as long as prompts, attempts and results are. */
const MEMBERS = ["pk", "userId", "generation", "attempt", "acceptedAt", "updatedAt", "endedAt", "preview", "error"];

/**
 * Reads the summaries of all tasks whose record says that they are dead letters, in whole pages of the index and days from
 * the newest: four thousand of them are a few requests.
 */
export async function* deadLettered(stage: StageContext): AsyncGenerator<TaskSummary> {
  const { clients, outputs, place } = stage;
  const { QueryCommand } = await import("@aws-sdk/client-dynamodb");
  const dynamodb = await clients.dynamodb();

  async function page(partition: string, ExclusiveStartKey: Record<string, AttributeValue> | undefined) {
    return calling("dynamodb:Query", place, () =>
      dynamodb.send(
        new QueryCommand({
          TableName: outputs.tasksTable,
          IndexName: TIME_INDEX,
          KeyConditionExpression: "gpk = :gpk",
          FilterExpression: "#status = :status",
          ProjectionExpression: MEMBERS.map((name) => `#${name}`).join(", "),
          ExpressionAttributeNames: Object.fromEntries(["status", ...MEMBERS].map((name) => [`#${name}`, name])),
          ExpressionAttributeValues: attributesOf({ ":gpk": partition, ":status": "deadlettered" }),
          ...(ExclusiveStartKey ? { ExclusiveStartKey } : {}),
        }),
      ),
    );
  }

  for await (const day of taskDays(stage)) {
    let open = Array.from({ length: TIME_SHARDS }, (_, shard) => ({
      partition: dayPartition(day, shard),
      from: undefined as Record<string, AttributeValue> | undefined,
    }));
    while (open.length > 0) {
      const pages = await Promise.all(
        open.map(async ({ partition, from }) => ({ partition, ...(await page(partition, from)) })),
      );
      for (const { Items = [] } of pages)
        for (const item of Items) yield { ...summaryOfItem(plainItem(item)), status: "deadlettered" };
      open = pages.flatMap(({ partition, LastEvaluatedKey }) =>
        LastEvaluatedKey ? [{ partition, from: LastEvaluatedKey }] : [],
      );
    }
  }
}
