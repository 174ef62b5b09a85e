import type { EntryFailure, QueuePort } from "../../../contract/queue.ts";
import type { StageContext } from "../context.ts";
import { createCall, sqs } from "./call.ts";
import { createDirectory } from "./directory.ts";
import { leased, outcomes, sendEntry } from "./messages.ts";
import { createMove } from "./move.ts";
import { createOldest } from "./oldest.ts";
import { createPurge } from "./purge.ts";
import { readStats } from "./stats.ts";

/** The first million a month is free; the list price does not count that. */
const PRICING: NonNullable<QueuePort["pricing"]> = {
  request: ({ fifo }) => (fifo ? 0.5e-6 : 0.4e-6),
  bytesPerRequest: 65_536,
  source: "SQS's list price in us-east-1, November 2026",
};

/** SQS: a queue is named by its URL, a lease by its receipt handle. */
export function createQueue(context: Pick<StageContext, "clients" | "place">): QueuePort {
  const call = createCall(context);
  const { find, describe, sources, list } = createDirectory(call, context.place);
  return {
    find,
    describe,
    sources,
    list,
    oldest: createOldest(context),
    ...(context.place.endpoint ? {} : { pricing: PRICING }),
    limits: { batchEntries: 10, batchBytes: 1_048_576 },
    stats: (queue) => call("GetQueueAttributes", (client) => readStats(client, queue)),
    async lease(QueueUrl, { max, seconds, waitSeconds, signal }) {
      const { ReceiveMessageCommand } = await sqs();
      const command = new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: Math.min(10, max),
        VisibilityTimeout: seconds,
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ["All"],
        MessageAttributeNames: ["All"],
      });
      const { Messages = [] } = await call("ReceiveMessage", (client) => client.send(command, { abortSignal: signal }));
      return Messages.map(leased);
    },
    async send(QueueUrl, messages) {
      const { SendMessageBatchCommand } = await sqs();
      const Entries = messages.map((message, index) => sendEntry(message, String(index)));
      const { Successful = [], Failed } = await call("SendMessage", (client) =>
        client.send(new SendMessageBatchCommand({ QueueUrl, Entries })),
      );
      return outcomes(messages.length, Failed, (id) => {
        const sent = Successful.find(({ Id }) => Id === id);
        return sent ? { messageId: sent.MessageId ?? "" } : undefined;
      });
    },
    async remove(QueueUrl, leases) {
      const { DeleteMessageBatchCommand } = await sqs();
      const Entries = leases.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
      const { Successful, Failed } = await call("DeleteMessage", (client) =>
        client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries })),
      );
      return acknowledged(leases.length, Successful, Failed);
    },
    async extend(QueueUrl, leases, VisibilityTimeout) {
      const { ChangeMessageVisibilityBatchCommand } = await sqs();
      const Entries = leases.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle, VisibilityTimeout }));
      const { Successful, Failed } = await call("ChangeMessageVisibility", (client) =>
        client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries })),
      );
      return acknowledged(leases.length, Successful, Failed);
    },
    purge: createPurge(call),
    move: createMove(call),
  };
}

function acknowledged(
  count: number,
  successful: { Id: string | undefined }[] | undefined,
  failed: Parameters<typeof outcomes>[1],
): ({ ok: true } | { failure: EntryFailure })[] {
  const done = new Set(successful?.map(({ Id }) => Id));
  return outcomes(count, failed, (id) => (done.has(id) ? { ok: true as const } : undefined));
}
