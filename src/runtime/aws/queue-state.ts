import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { clientOptions } from "./options.ts";

/** How a queue is filled; counts of SQS are approximate and up to a minute old. */
export interface QueueState {
  /** No message waits, is in flight or is delayed. */
  empty: boolean;
  /** Milliseconds a message can live in it at most. */
  retentionMs: number;
}

/** Reads the queue's counts and retention; nothing is received. */
export async function readQueueState(queueUrl: string): Promise<QueueState> {
  const client = new SQSClient(clientOptions({ request: 5_000 }));
  try {
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({
        QueueUrl: queueUrl,
        AttributeNames: [
          "ApproximateNumberOfMessages",
          "ApproximateNumberOfMessagesNotVisible",
          "ApproximateNumberOfMessagesDelayed",
          "MessageRetentionPeriod",
        ],
      }),
    );
    // A count that is missing must not look like an empty queue.
    const count = (
      name:
        | "ApproximateNumberOfMessages"
        | "ApproximateNumberOfMessagesNotVisible"
        | "ApproximateNumberOfMessagesDelayed",
    ) => Number(Attributes?.[name] ?? Number.NaN);
    const counts = [
      count("ApproximateNumberOfMessages"),
      count("ApproximateNumberOfMessagesNotVisible"),
      count("ApproximateNumberOfMessagesDelayed"),
    ];
    const retention = Number(Attributes?.MessageRetentionPeriod ?? Number.NaN);
    return {
      empty: counts.every((number) => number === 0),
      retentionMs: Number.isFinite(retention) ? retention * 1000 : Infinity,
    };
  } finally {
    client.destroy();
  }
}
