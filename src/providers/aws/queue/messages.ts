import type {
  BatchResultErrorEntry,
  Message,
  MessageAttributeValue,
  SendMessageBatchRequestEntry,
} from "@aws-sdk/client-sqs";
import type { EntryFailure, LeasedMessage, MessageAttribute, OutgoingMessage } from "../../../contract/queue.ts";

/** @returns a received message in the port's words. */
export function leased(message: Message): LeasedMessage {
  const system = message.Attributes ?? {};
  const attributes = Object.entries(message.MessageAttributes ?? {}).map(
    ([name, value]): [string, MessageAttribute] => [
      name,
      {
        type: value.DataType ?? "String",
        ...(value.StringValue === undefined ? {} : { text: value.StringValue }),
        ...(value.BinaryValue === undefined ? {} : { binary: value.BinaryValue }),
      },
    ],
  );
  return {
    messageId: message.MessageId ?? "",
    body: message.Body ?? "",
    lease: message.ReceiptHandle ?? "",
    receiveCount: Number(system.ApproximateReceiveCount ?? 1),
    sentAt: Number(system.SentTimestamp ?? 0),
    attributes: Object.fromEntries(attributes),
    ...(system.MessageGroupId === undefined ? {} : { group: system.MessageGroupId }),
    ...(system.MessageDeduplicationId === undefined ? {} : { deduplicationId: system.MessageDeduplicationId }),
    ...(system.AWSTraceHeader === undefined ? {} : { trace: system.AWSTraceHeader }),
    ...(system.DeadLetterQueueSourceArn === undefined ? {} : { cameFrom: system.DeadLetterQueueSourceArn }),
    system: Object.fromEntries(Object.entries(system)),
  };
}

/** @returns a message as an entry of SendMessageBatch. */
export function sendEntry(message: OutgoingMessage, id: string): SendMessageBatchRequestEntry {
  const { body, attributes, group, deduplicationId, trace } = message;
  const named = Object.entries(attributes).map(([name, value]): [string, MessageAttributeValue] => [
    name,
    {
      DataType: value.type,
      ...(value.text === undefined ? {} : { StringValue: value.text }),
      ...(value.binary === undefined ? {} : { BinaryValue: value.binary }),
    },
  ]);
  return {
    Id: id,
    MessageBody: body,
    ...(named.length === 0 ? {} : { MessageAttributes: Object.fromEntries(named) }),
    ...(group === undefined ? {} : { MessageGroupId: group }),
    ...(deduplicationId === undefined ? {} : { MessageDeduplicationId: deduplicationId }),
    ...(trace === undefined
      ? {}
      : { MessageSystemAttributes: { AWSTraceHeader: { DataType: "String", StringValue: trace } } }),
  };
}

/** @returns the outcome of each of `count` entries, whose ids are their places. An entry that is in neither list failed. */
export function outcomes<Done>(
  count: number,
  failed: BatchResultErrorEntry[] | undefined,
  done: (id: string) => Done | undefined,
): (Done | { failure: EntryFailure })[] {
  return Array.from({ length: count }, (_, index) => {
    const id = String(index);
    const failure = failed?.find(({ Id }) => Id === id);
    if (!failure) {
      const answer = done(id);
      if (answer !== undefined) return answer;
    }
    return {
      failure: {
        code: failure?.Code ?? "NoAnswer",
        message: failure?.Message ?? failure?.Code ?? "SQS did not say whether it was done",
        retryable: failure?.SenderFault !== true,
      },
    };
  });
}
