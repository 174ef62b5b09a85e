import type { Delivery } from "./message.ts";

/** The system attributes a message has when it is received, as strings. */
export function deliveryAttributes({ message, receiveCount, firstReceivedAt }: Delivery): Record<string, string> {
  const { content, queue } = message;
  const attributes: Record<string, string> = {
    SenderId: content.senderId,
    ApproximateFirstReceiveTimestamp: String(firstReceivedAt),
    ApproximateReceiveCount: String(receiveCount),
    SentTimestamp: String(message.sentAt),
  };
  const sequenceNumber = message.sequenceNumber();
  if (sequenceNumber !== undefined) attributes["SequenceNumber"] = sequenceNumber;
  if (queue.fifo && content.dedupId !== undefined) attributes["MessageDeduplicationId"] = content.dedupId;
  if (content.groupId !== undefined) attributes["MessageGroupId"] = content.groupId;
  if (content.traceHeader !== undefined) attributes["AWSTraceHeader"] = content.traceHeader;
  if (message.deadLetterSource !== undefined) attributes["DeadLetterQueueSourceArn"] = message.deadLetterSource;
  return attributes;
}
