import { GetQueueAttributesCommand, type QueueAttributeName, SQSClient } from "@aws-sdk/client-sqs";
import { clientOptions } from "./options.ts";

/** How a queue is filled; counts of SQS are approximate and up to a minute old. */
export interface QueueState {
  /** No message waits, is in flight or is delayed. */
  empty: boolean;
  /** Milliseconds a message can live in it at most. */
  retentionMs: number;
  /** Milliseconds that a received message is hidden, where its receiver does not say otherwise. */
  visibilityMs: number;
  /** Messages in its dead-letter queue that could be received; undefined where that could not be read. */
  deadLetters: number | undefined;
}

/** Reads the counts and times of a queue and its dead-letter queue; nothing is received. */
export async function readQueueState(queueUrl: string, deadLetterQueueUrl: string): Promise<QueueState> {
  const client = new SQSClient(clientOptions({ request: 5_000 }));
  const read = async (QueueUrl: string, AttributeNames: QueueAttributeName[]) => {
    const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
    return AttributeNames.map((name) => Number(Attributes?.[name] ?? Number.NaN));
  };
  try {
    const [[retention = Number.NaN, visibility = Number.NaN, ...counts], [deadLetters]] = await Promise.all([
      read(queueUrl, [
        "MessageRetentionPeriod",
        "VisibilityTimeout",
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
      ]),
      // A stage deployed by an earlier version may not permit it: all else goes on.
      read(deadLetterQueueUrl, ["ApproximateNumberOfMessages"]).catch(() => []),
    ]);
    const milliseconds = (seconds: number) => (Number.isFinite(seconds) ? seconds * 1000 : Infinity);
    return {
      // A count that is missing must not look like an empty queue.
      empty: counts.every((number) => number === 0),
      retentionMs: milliseconds(retention),
      visibilityMs: milliseconds(visibility),
      deadLetters: Number.isFinite(deadLetters) ? deadLetters : undefined,
    };
  } finally {
    client.destroy();
  }
}
