import { hash } from "node:crypto";
import type { Sent } from "./deduplication.ts";
import type { Call } from "./call.ts";
import { invalidParameter, invalidValue, missingParameter, wrongQueueType } from "./errors.ts";
import { type Input, integer, object, requiredText, text } from "./input.ts";
import { MAX_DELAY_SECONDS } from "./limits.ts";
import { md5, md5OfAttributes } from "./md5.ts";
import { attributesSize, checkBody, type MessageAttributes, parseMessageAttributes } from "./message-attributes.ts";
import type { Content } from "./message.ts";
import type { Queue } from "./queue.ts";

/** Who sends. */
type Sender = Pick<Call, "engine" | "senderId" | "traceHeader">;

/** Members of both SendMessageResult and a successful batch entry. */
export interface SendResult {
  MD5OfMessageBody: string;
  MD5OfMessageAttributes?: string;
  MD5OfMessageSystemAttributes?: string;
  MessageId: string;
  SequenceNumber?: string;
}

/** Alphanumeric and punctuation, as AWS lists it for group and deduplication ids. */
const TOKEN = /^[!-~]{1,128}$/;
const NO_DEDUP_ID =
  "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly";

/**
 * Checks one message, alone or of a batch, and enqueues it.
 * @throws AwsError with what is wrong with it; nothing is enqueued then.
 */
export function send(call: Sender, queue: Queue, input: Input): SendResult {
  const body = requiredText(input, "MessageBody");
  if (body === "") throw missingParameter("MessageBody");
  checkBody(body);
  const attributes = parseMessageAttributes(object(input, "MessageAttributes"));
  const size = Buffer.byteLength(body) + attributesSize(attributes);
  if (size > queue.settings.maxMessageBytes) {
    throw invalidParameter(
      `One or more parameters are invalid. Reason: Message must be shorter than ${queue.settings.maxMessageBytes} bytes.`,
    );
  }
  const system = parseSystemAttributes(input);
  const delay = delaySeconds(input, queue);
  const groupId = messageGroup(input, queue);
  const dedupId = deduplicationId(input, queue, body);
  const content: Content = { body, bodyMd5: md5(body), senderId: call.senderId };
  if (attributes) {
    content.attributes = attributes;
    content.attributesMd5 = md5OfAttributes(attributes);
  }
  const traceHeader = system?.["AWSTraceHeader"]?.StringValue ?? call.traceHeader;
  if (traceHeader !== undefined) content.traceHeader = traceHeader;
  if (groupId !== undefined) content.groupId = groupId;
  if (dedupId !== undefined) content.dedupId = dedupId;
  const sent = call.engine.send(queue, content, delay);
  queue.meter.sent(size);
  return result(content, system, sent);
}

function result(content: Content, system: MessageAttributes | undefined, sent: Sent): SendResult {
  return {
    MD5OfMessageBody: content.bodyMd5,
    ...(content.attributesMd5 === undefined ? {} : { MD5OfMessageAttributes: content.attributesMd5 }),
    ...(system ? { MD5OfMessageSystemAttributes: md5OfAttributes(system) } : {}),
    MessageId: sent.messageId,
    ...(sent.sequenceNumber === undefined ? {} : { SequenceNumber: sent.sequenceNumber }),
  };
}

/** What AWS asks of a message to a FIFO queue, so that a batch without it fails as a whole. */
export function requireFifoParameters(input: Input, queue: Queue): void {
  if (!queue.fifo) return;
  if (!text(input, "MessageGroupId")) throw invalidParameter("The request must contain the parameter MessageGroupId.");
  if (!text(input, "MessageDeduplicationId") && !queue.settings.contentBasedDeduplication)
    throw invalidParameter(NO_DEDUP_ID);
}

function parseSystemAttributes(input: Input): MessageAttributes | undefined {
  const members = object(input, "MessageSystemAttributes");
  if (!members) return undefined;
  for (const name of Object.keys(members)) {
    if (name !== "AWSTraceHeader") throw invalidParameter(`Message system attribute name '${name}' is invalid.`);
  }
  const system = parseMessageAttributes(members, "system");
  if (system?.["AWSTraceHeader"] && system["AWSTraceHeader"].DataType !== "String") {
    throw invalidParameter("The message system attribute 'AWSTraceHeader' must be of type 'String'.");
  }
  return system;
}

function delaySeconds(input: Input, queue: Queue): number | undefined {
  const seconds = integer(input, "DelaySeconds");
  if (seconds === undefined) return undefined;
  if (queue.fifo) {
    // Zero is let through: it asks for nothing.
    if (seconds !== 0) throw wrongQueueType(seconds, "DelaySeconds");
    return undefined;
  }
  if (seconds < 0 || seconds > MAX_DELAY_SECONDS) {
    throw invalidValue(seconds, "DelaySeconds", `DelaySeconds must be >= 0 and <= ${MAX_DELAY_SECONDS}.`);
  }
  return seconds;
}

function messageGroup(input: Input, queue: Queue): string | undefined {
  const groupId = text(input, "MessageGroupId");
  if (queue.fifo && !groupId) throw missingParameter("MessageGroupId");
  return groupId === undefined ? undefined : token(groupId, "MessageGroupId");
}

function deduplicationId(input: Input, queue: Queue, body: string): string | undefined {
  const id = text(input, "MessageDeduplicationId");
  if (!queue.fifo) {
    if (id) throw wrongQueueType(id, "MessageDeduplicationId");
    return undefined;
  }
  if (id !== undefined) return token(id, "MessageDeduplicationId");
  if (!queue.settings.contentBasedDeduplication) throw invalidParameter(NO_DEDUP_ID);
  return hash("sha256", body, "hex");
}

function token(value: string, name: string): string {
  if (TOKEN.test(value)) return value;
  throw invalidValue(
    value,
    name,
    `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
  );
}
