import type { MessageSource, SourceMessage } from "../interfaces.ts";
import { deliveryAttributes } from "./delivery-attributes.ts";
import type { SqsEngine } from "./engine.ts";
import type { Delivery } from "./message.ts";
import type { MessageAttribute } from "./message-attributes.ts";
import type { Queue } from "./queue.ts";

/** The in-process face of a queue, for the event source mapping: the same receive as over the wire, without it. */
export function messageSource(engine: SqsEngine, queue: Queue): MessageSource {
  return {
    name: queue.name,
    arn: queue.arn,
    fifo: queue.fifo,
    onAvailable: (listener) => queue.onAvailable(listener),
    receive: (max, visibilityTimeout) => queue.receive(max, visibilityTimeout).map(sourceMessage),
    delete: (receiptHandle) => engine.deleteMessage(queue, receiptHandle),
    changeVisibility: (receiptHandle, seconds) => engine.changeVisibility(queue, receiptHandle, seconds),
    hold: (receiptHandle) => engine.hold(queue, receiptHandle),
  };
}

function sourceMessage(delivery: Delivery): SourceMessage {
  const { message, receiptHandle } = delivery;
  const { content } = message;
  return {
    messageId: message.messageId,
    receiptHandle,
    body: content.body,
    md5OfBody: content.bodyMd5,
    attributes: deliveryAttributes(delivery),
    messageAttributes: Object.fromEntries(
      Object.entries(content.attributes ?? {}).map(([name, attribute]) => [name, sourceAttribute(attribute)]),
    ),
    ...(content.attributesMd5 === undefined ? {} : { md5OfMessageAttributes: content.attributesMd5 }),
    visibleAt: { scaled: message.visibleAt, real: message.unscaledVisibleAt },
  };
}

function sourceAttribute({
  DataType,
  StringValue,
  BinaryValue,
}: MessageAttribute): SourceMessage["messageAttributes"][string] {
  return {
    ...(StringValue === undefined ? {} : { stringValue: StringValue }),
    ...(BinaryValue === undefined ? {} : { binaryValue: BinaryValue }),
    stringListValues: [],
    binaryListValues: [],
    dataType: DataType,
  };
}
