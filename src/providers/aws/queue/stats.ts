import type { SQSClient } from "@aws-sdk/client-sqs";
import type { QueueStats } from "../../../contract/queue.ts";
import { sqs } from "./call.ts";

/** @returns how many messages a queue holds, as far as SQS knows. */
export async function readStats(client: SQSClient, QueueUrl: string): Promise<QueueStats> {
  const { GetQueueAttributesCommand } = await sqs();
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: [
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
      ],
    }),
  );
  return {
    visible: Number(Attributes?.["ApproximateNumberOfMessages"] ?? 0),
    inFlight: Number(Attributes?.["ApproximateNumberOfMessagesNotVisible"] ?? 0),
    delayed: Number(Attributes?.["ApproximateNumberOfMessagesDelayed"] ?? 0),
  };
}
