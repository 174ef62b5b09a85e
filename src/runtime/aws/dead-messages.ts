import {
  ChangeMessageVisibilityBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { type DeadMessage, taskIdOf } from "../../contract/dead-message.ts";
import { clientOptions } from "./options.ts";

/** SQS's largest batch. */
const BATCH = 10;
/** Longer than a look takes: what is given back by then was seen once. */
const LEASE_S = 30;
const MAX_VISIBILITY_S = 43_200;

export interface Look {
  /** Ends when so many were seen, or after so many milliseconds. */
  most: number;
  withinMs: number;
  /** How many times as fast the queue's time runs. */
  timeScale: number;
}

/**
 * Looks at the tasks' messages in a dead-letter queue. All that is received is hidden from others until the look ends, and
 * then given back at once; each look counts in a message's receive count.
 */
export async function lookAtDeadMessages(
  queueUrl: string,
  { most, withinMs, timeScale }: Look,
): Promise<DeadMessage[]> {
  const client = new SQSClient(clientOptions({ request: 5_000 }));
  const seen = new Map<string, DeadMessage | undefined>();
  const handles: string[] = [];
  const until = Date.now() + Math.min(withinMs, (LEASE_S * 1000) / 2);
  try {
    while (seen.size < most && Date.now() < until) {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: BATCH,
          // A receive that does not wait asks only some of the service's servers.
          WaitTimeSeconds: 1,
          VisibilityTimeout: Math.min(MAX_VISIBILITY_S, Math.ceil(LEASE_S * timeScale)),
          MessageSystemAttributeNames: ["SentTimestamp"],
        }),
      );
      handles.push(...Messages.flatMap(({ ReceiptHandle }) => ReceiptHandle ?? []));
      const fresh = Messages.filter(({ MessageId = "" }) => !seen.has(MessageId));
      if (fresh.length === 0) break;
      for (const message of fresh) seen.set(message.MessageId ?? "", deadMessage(message));
    }
  } finally {
    await giveBack(client, queueUrl, handles);
    client.destroy();
  }
  return [...seen.values()].filter((message) => message !== undefined);
}

function deadMessage({ MessageId, Body = "", Attributes }: Message): DeadMessage | undefined {
  const taskId = taskIdOf(Body);
  if (taskId === undefined || MessageId === undefined) return undefined;
  return { taskId, messageId: MessageId, sentAt: Number(Attributes?.SentTimestamp ?? 0) };
}

/** What cannot be given back comes back when its lease ends. */
async function giveBack(client: SQSClient, QueueUrl: string, handles: readonly string[]): Promise<void> {
  const batches = Array.from({ length: Math.ceil(handles.length / BATCH) }, (_, index) =>
    handles.slice(index * BATCH, (index + 1) * BATCH).map((ReceiptHandle, entry) => ({
      Id: String(entry),
      ReceiptHandle,
      VisibilityTimeout: 0,
    })),
  );
  await Promise.allSettled(
    batches.map((Entries) => client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }))),
  );
}
