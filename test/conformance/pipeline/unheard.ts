import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { randomUUID } from "node:crypto";
import { acceptedItems } from "../../../src/contract/accepted.ts";
import { resourceNames } from "../../../src/contract/resources.ts";
import type { Task } from "../../../src/contract/task.ts";
import { marshalItem } from "../../../src/runtime/aws/marshal.ts";

interface Place {
  endpoint: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  app: string;
  stage: string;
}

/** Leaves a task of an hour ago whose message lies in the dead-letter queue, as after a worker that never started. */
export async function leaveUnheard({ app, stage, ...server }: Place): Promise<Task> {
  const names = resourceNames(app, stage, "");
  const dynamo = new DynamoDBClient({ ...server, region: "us-east-1" });
  const sqs = new SQSClient({ ...server, region: "us-east-1" });
  const task: Task = { taskId: randomUUID(), userId: "user-1", prompt: "Nobody heard of it." };
  const at = new Date(Date.now() - 3_600_000).toISOString();
  const [record, event] = acceptedItems(task, at);
  try {
    for (const item of [{ ...record, queuedAt: at }, event])
      await dynamo.send(new PutItemCommand({ TableName: names.tasksTable, Item: marshalItem({ ...item }) }));
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: names.deadLetterQueue }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(task) }));
    return task;
  } finally {
    dynamo.destroy();
    sqs.destroy();
  }
}
