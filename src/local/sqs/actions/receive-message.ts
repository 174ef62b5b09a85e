import type { Call } from "../call.ts";
import { deliveryAttributes } from "../delivery-attributes.ts";
import { invalidValue, overLimit, wrongQueueType } from "../errors.ts";
import { type Input, integer, text, texts } from "../input.ts";
import { MAX_IN_FLIGHT, MAX_RECEIVE, MAX_VISIBILITY_SECONDS, MAX_WAIT_SECONDS } from "../limits.ts";
import { md5OfAttributes } from "../md5.ts";
import type { Delivery } from "../message.ts";
import { selectAttributes } from "../message-attributes.ts";
import type { Queue } from "../queue.ts";
import { queueOf } from "../queue-url.ts";

const ATTEMPT_ID = /^[!-~]{1,128}$/;

export async function receiveMessage(input: Input, call: Call) {
  const queue = queueOf(call.engine, input);
  const max = integer(input, "MaxNumberOfMessages") ?? 1;
  if (max < 1 || max > MAX_RECEIVE) {
    throw invalidValue(max, "MaxNumberOfMessages", `Must be between 1 and ${MAX_RECEIVE}, if provided.`);
  }
  const visibility = range(input, "VisibilityTimeout", MAX_VISIBILITY_SECONDS);
  const wait = range(input, "WaitTimeSeconds", MAX_WAIT_SECONDS) ?? queue.settings.waitSeconds;
  const attemptId = attempt(input, queue);
  const systemNames = [
    ...(texts(input, "AttributeNames") ?? []),
    ...(texts(input, "MessageSystemAttributeNames") ?? []),
  ];
  const names = texts(input, "MessageAttributeNames") ?? [];
  if (!queue.fifo && queue.inFlight >= MAX_IN_FLIGHT) {
    throw overLimit(`The maximum number of in flight messages is reached: ${MAX_IN_FLIGHT}.`);
  }
  const deliveries =
    repeated(queue, attemptId, visibility, call) ?? (await receive(queue, max, visibility, wait, call));
  if (attemptId !== undefined) queue.attempts.remember(attemptId, deliveries, call.engine.now());
  if (deliveries.length === 0) {
    queue.meter.emptyReceive();
    return {};
  }
  return { Messages: deliveries.map((delivery) => render(delivery, systemNames, names)) };
}

/** The wait is the client's, in real time whatever the stack's speed. */
async function receive(
  queue: Queue,
  max: number,
  visibility: number | undefined,
  wait: number,
  { engine, hungUp }: Call,
) {
  // Who came first is served first: nobody overtakes those who wait.
  const deliveries = queue.waiters.empty ? queue.receive(max, visibility) : [];
  if (deliveries.length > 0 || wait === 0) return deliveries;
  return queue.waiters.wait({ max, visibility, until: engine.now() + wait * 1000, signal: hungUp() });
}

function repeated(queue: Queue, id: string | undefined, visibility: number | undefined, { engine }: Call) {
  if (id === undefined) return undefined;
  const deliveries = queue.attempts.repeat(id, engine.now());
  for (const { message } of deliveries ?? [])
    queue.setVisibility(message, visibility ?? queue.settings.visibilitySeconds);
  return deliveries;
}

function range(input: Input, name: string, max: number): number | undefined {
  const value = integer(input, name);
  if (value !== undefined && (value < 0 || value > max))
    throw invalidValue(value, name, `Must be >= 0 and <= ${max}, if provided.`);
  return value;
}

function attempt(input: Input, queue: Queue): string | undefined {
  const id = text(input, "ReceiveRequestAttemptId");
  if (id === undefined) return undefined;
  if (!queue.fifo) throw wrongQueueType(id, "ReceiveRequestAttemptId");
  if (ATTEMPT_ID.test(id)) return id;
  throw invalidValue(
    id,
    "ReceiveRequestAttemptId",
    "ReceiveRequestAttemptId can only include alphanumeric and punctuation characters. 1 to 128 in length.",
  );
}

function render(delivery: Delivery, systemNames: string[], names: string[]) {
  const { message, receiptHandle } = delivery;
  const { content } = message;
  const attributes = selectAttributes(content.attributes, names);
  const system = pick(delivery, systemNames);
  return {
    MessageId: message.messageId,
    ReceiptHandle: receiptHandle,
    MD5OfBody: content.bodyMd5,
    Body: content.body,
    ...(system ? { Attributes: system } : {}),
    ...(attributes
      ? {
          MD5OfMessageAttributes:
            attributes === content.attributes ? content.attributesMd5 : md5OfAttributes(attributes),
          MessageAttributes: attributes,
        }
      : {}),
  };
}

function pick(delivery: Delivery, names: string[]): Record<string, string> | undefined {
  if (names.length === 0) return undefined;
  const all = deliveryAttributes(delivery);
  if (names.includes("All")) return all;
  const picked = Object.entries(all).filter(([name]) => names.includes(name));
  return picked.length > 0 ? Object.fromEntries(picked) : undefined;
}
