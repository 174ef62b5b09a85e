import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";
import { startEmbeddedStack } from "../../test/helpers/stack.ts";
import { freeOrphans } from "./orphans.ts";

test("what functions of an earlier run held is free, whatever else lies in the queue", async () => {
  const stack = await startEmbeddedStack();
  const { services, endpoint } = stack;
  const settings = { endpoint, region: "us-east-1", credentials: { accessKeyId: "x", secretAccessKey: "x" } };
  const [sqs, dynamodb] = [new SQSClient(settings), new DynamoDBClient(settings)];
  try {
    const { url: QueueUrl } = services.sqs.createQueue("tasks");
    services.dynamodb.ensureTable({ name: "records", partitionKey: "pk", sortKey: "sk" });
    const send = async (MessageBody: string) =>
      (await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }))).MessageId ?? "";
    await send("no JSON at all");
    const held = await send('{"taskId":"held-1234"}');
    await send('{"taskId":"waits-123"}');
    const Key = { pk: { S: "task#held-1234" }, sk: { S: "record" } };
    const lease = { M: { messageId: { S: held }, until: { N: "9999999999999" } } };
    await dynamodb.send(
      new PutItemCommand({ TableName: "records", Item: { ...Key, status: { S: "running" }, lease } }),
    );
    await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 600 }));
    expect(services.sqs.stats("tasks")).toMatchObject({ visible: 0, inFlight: 3 });

    await freeOrphans(services, { queue: "tasks", tasksTable: "records" });

    expect(services.sqs.stats("tasks")).toMatchObject({ visible: 1, inFlight: 2 });
    const { Item } = await dynamodb.send(new GetItemCommand({ TableName: "records", Key }));
    expect(Item).toEqual({ ...Key, status: { S: "running" } });
  } finally {
    sqs.destroy();
    dynamodb.destroy();
    await stack.close();
  }
});
