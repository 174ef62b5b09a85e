import type { SourceMessage } from "../interfaces.ts";

/** @returns one record of an SQS event, as JSON text. */
export function recordText(message: SourceMessage, source: string, region: string): string {
  return JSON.stringify({
    messageId: message.messageId,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: message.attributes,
    messageAttributes: message.messageAttributes,
    ...(message.md5OfMessageAttributes === undefined ? {} : { md5OfMessageAttributes: message.md5OfMessageAttributes }),
    md5OfBody: message.md5OfBody,
    eventSource: "aws:sqs",
    eventSourceARN: source,
    awsRegion: region,
  });
}

/** @returns the event of a batch. */
export function eventText(records: readonly string[]): string {
  return `{"Records":[${records.join(",")}]}`;
}

/** Bytes of the envelope around the records of an event. */
export const EVENT_ENVELOPE = 14;
