import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { TaskControl, TaskReader } from "../../contract/ports.ts";
import { taskKey } from "../../contract/table.ts";
import { callingApi } from "./api-errors.ts";
import type { StageContext } from "./context.ts";
import { calling } from "./errors.ts";
import { attributesOf } from "./item.ts";
import { parseReference } from "./objects.ts";
import { markReplay } from "./replay.ts";

/** Cancels through the API, which also tells the worker; removes from table and bucket. */
export function createControl(stage: StageContext, reader: TaskReader): TaskControl {
  const { clients, outputs, place } = stage;
  const TableName = outputs.tasksTable;

  async function removeItems(taskId: string): Promise<void> {
    const { BatchWriteItemCommand, QueryCommand } = await import("@aws-sdk/client-dynamodb");
    const dynamodb = await clients.dynamodb();
    const ExpressionAttributeValues = attributesOf({ ":pk": taskKey(taskId).pk });
    for (;;) {
      const { Items = [] } = await dynamodb.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: "pk = :pk",
          ExpressionAttributeValues,
          ProjectionExpression: "pk, sk",
          ConsistentRead: true,
          Limit: 25,
        }),
      );
      if (Items.length === 0) return;
      const requests = {
        [TableName]: Items.map((Key: Record<string, AttributeValue>) => ({ DeleteRequest: { Key } })),
      };
      // What DynamoDB has no capacity for comes back; the next query finds it again.
      const { UnprocessedItems } = await dynamodb.send(new BatchWriteItemCommand({ RequestItems: requests }));
      if (UnprocessedItems?.[TableName]) await stage.clock.sleep(200);
    }
  }

  return {
    markReplay: (taskId, kind) => markReplay(stage, taskId, kind),
    cancel: async (taskId) =>
      (await callingApi(outputs.httpUrl, place, async () => (await stage.api()).cancel(taskId))).task,
    async remove(taskId) {
      const record = await reader.get(taskId);
      await calling("dynamodb:BatchWriteItem", place, () => removeItems(taskId));
      if (!record?.resultRef) return;
      const { DeleteObjectCommand } = await import("@aws-sdk/client-s3");
      const s3 = await clients.s3();
      const reference = record.resultRef;
      await calling("s3:DeleteObject", place, () => s3.send(new DeleteObjectCommand(parseReference(reference))));
    },
  };
}
