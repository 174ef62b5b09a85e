import type { Call } from "../call.ts";
import { unknownAttribute } from "../errors.ts";
import { type Input, texts } from "../input.ts";
import type { Queue } from "../queue.ts";
import { queueOf } from "../queue-url.ts";

/** Names that may be asked for also when the queue has no value for them. */
const OPTIONAL = new Set([
  "Policy",
  "RedrivePolicy",
  "RedriveAllowPolicy",
  "KmsMasterKeyId",
  "KmsDataKeyReusePeriodSeconds",
  "FifoQueue",
  "ContentBasedDeduplication",
  "DeduplicationScope",
  "FifoThroughputLimit",
]);

export function getQueueAttributes(input: Input, { engine }: Call) {
  const queue = queueOf(engine, input);
  const names = texts(input, "AttributeNames") ?? [];
  engine.timer.run();
  const all = allAttributes(queue);
  for (const name of names) {
    if (name !== "All" && !Object.hasOwn(all, name) && !OPTIONAL.has(name)) throw unknownAttribute(name);
  }
  if (names.includes("All")) return { Attributes: all };
  const wanted = Object.entries(all).filter(([name]) => names.includes(name));
  return wanted.length > 0 ? { Attributes: Object.fromEntries(wanted) } : {};
}

function allAttributes(queue: Queue): Record<string, string> {
  return {
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(queue.visible),
    ApproximateNumberOfMessagesNotVisible: String(queue.inFlight),
    ApproximateNumberOfMessagesDelayed: String(queue.delayed),
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedAt / 1000)),
    ...queue.attributes,
  };
}
