import { ChangeMessageVisibilityCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { clientOptions } from "./options.ts";

export type Queue = ReturnType<typeof createQueue>;

/** SQS's longest visibility timeout, in seconds. */
const MAX_VISIBILITY = 43_200;

/** What the functions do with the queue. The event source mapping receives and deletes. */
export function createQueue(client: SQSClient = new SQSClient(clientOptions({ request: 5_000 }))) {
  return {
    /** @returns the message's id. */
    async send(queueUrl: string, body: string): Promise<string> {
      const { MessageId } = await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));
      return MessageId ?? "";
    },
    /** `seconds` are rounded up and kept within 0 and 12 hours. */
    async changeVisibility(queueUrl: string, receiptHandle: string, seconds: number): Promise<void> {
      const VisibilityTimeout = Math.min(MAX_VISIBILITY, Math.max(0, Math.ceil(seconds)));
      await client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: queueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout }),
      );
    },
    close: () => client.destroy(),
  };
}
