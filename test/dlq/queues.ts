import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";

/* Queues as somebody makes them by hand, on an endpoint that never saw this tool. */

export async function createQueue(
  client: SQSClient,
  QueueName: string,
  Attributes: Record<string, string> = {},
): Promise<{ url: string; arn: string; name: string }> {
  const fifo = QueueName.endsWith(".fifo") ? { FifoQueue: "true", ContentBasedDeduplication: "true" } : {};
  const { QueueUrl = "" } = await client.send(
    new CreateQueueCommand({ QueueName, Attributes: { ...fifo, ...Attributes } }),
  );
  const { Attributes: all = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }),
  );
  return { url: QueueUrl, arn: all.QueueArn ?? "", name: QueueName };
}

/** A queue with a dead-letter queue of its own: `orders` and `orders-dlq`. */
export async function createPair(client: SQSClient, name: string, fifo = false) {
  const suffix = fifo ? ".fifo" : "";
  const dlq = await createQueue(client, `${name}-dlq${suffix}`);
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dlq.arn, maxReceiveCount: 1 });
  return { dlq, source: await createQueue(client, `${name}${suffix}`, { RedrivePolicy, VisibilityTimeout: "0" }) };
}

export interface Letter {
  body: string;
  attributes?: Record<string, MessageAttributeValue>;
  group?: string;
}

/** Sends by batches of ten. */
export async function sendAll(client: SQSClient, QueueUrl: string, letters: readonly Letter[]): Promise<void> {
  for (let start = 0; start < letters.length; start += 10) {
    const Entries = letters.slice(start, start + 10).map(({ body, attributes, group }, index) => ({
      Id: String(index),
      MessageBody: body,
      ...(attributes ? { MessageAttributes: attributes } : {}),
      ...(group === undefined ? {} : { MessageGroupId: group }),
    }));
    await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  }
}

/** Sends to a queue and receives until the service has moved all to its dead-letter queue, as failures do. */
export async function fail(client: SQSClient, source: string, dlq: string, letters: readonly Letter[]): Promise<void> {
  const before = await depth(client, dlq);
  await sendAll(client, source, letters);
  while ((await depth(client, dlq)) < before + letters.length) {
    await client.send(new ReceiveMessageCommand({ QueueUrl: source, MaxNumberOfMessages: 10 }));
  }
}

export async function depth(client: SQSClient, QueueUrl: string): Promise<number> {
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["ApproximateNumberOfMessages"] }),
  );
  return Number(Attributes.ApproximateNumberOfMessages);
}

/** @returns what lies in a queue, with everything a sender gave it. It stays hidden. */
export async function readAll(client: SQSClient, QueueUrl: string) {
  const all = [];
  for (;;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 600,
        MessageAttributeNames: ["All"],
        MessageSystemAttributeNames: ["All"],
      }),
    );
    if (Messages.length === 0) return all;
    all.push(...Messages);
  }
}
