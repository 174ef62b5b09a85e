import type { ReplayedEvent } from "../../contract/event.ts";
import { taskKey } from "../../contract/table.ts";
import type { StageContext } from "./context.ts";
import { calling } from "./errors.ts";
import { attributesOf } from "./item.ts";

/** Marks the record of a task; the worker that takes the next message tells the kind and takes the mark away. */
export async function markReplay(
  { clients, outputs, place }: StageContext,
  taskId: string,
  kind: ReplayedEvent["kind"],
): Promise<void> {
  const { UpdateItemCommand } = await import("@aws-sdk/client-dynamodb");
  const dynamodb = await clients.dynamodb();
  const command = new UpdateItemCommand({
    TableName: outputs.tasksTable,
    Key: attributesOf(taskKey(taskId)),
    // The version that guards the worker's own writes goes on.
    UpdateExpression: "SET replayKind = :kind ADD version :one",
    ConditionExpression: "attribute_exists(pk)",
    ExpressionAttributeValues: attributesOf({ ":kind": kind, ":one": 1 }),
  });
  await calling("dynamodb:UpdateItem", place, async () => {
    await dynamodb.send(command).catch((error: unknown) => {
      if (!(error instanceof Error) || error.name !== "ConditionalCheckFailedException") throw error;
    });
  });
}
