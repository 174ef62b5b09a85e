import type { SqsEngine } from "./engine.ts";
import { invalidParameter, invalidValue, queueDeletedRecently, queueNameExists, unknownAttribute } from "./errors.ts";
import { DELETED_RECENTLY_MS } from "./limits.ts";
import type { Queue } from "./queue.ts";
import { changeAttributes, defaultAttributes, normalize, type QueueAttributes } from "./queue-attributes.ts";
import { allowsSource, parseRedrivePolicy } from "./redrive-policy.ts";

const NAME = /^[A-Za-z0-9_-]{1,80}$/;
const FIFO_SUFFIX = ".fifo";

/**
 * CreateQueue: a repeated one with the same attributes finds the queue.
 * @throws QueueNameExists when an attribute differs, QueueDeletedRecently, and what is wrong with name or attributes.
 */
export function createQueue(
  engine: SqsEngine,
  name: string,
  attributes: QueueAttributes,
  tags: Record<string, string>,
): Queue {
  const { fifo, settable } = queueType(name, attributes);
  const existing = engine.queues.get(name);
  if (existing) {
    for (const [key, value] of Object.entries(settable)) {
      if ((existing.attributes[key] ?? "") !== normalize(key, value)) throw queueNameExists(key);
    }
    return existing;
  }
  const deletedAt = engine.deletedAt.get(name);
  if (deletedAt !== undefined && engine.now() - deletedAt < DELETED_RECENTLY_MS) throw queueDeletedRecently();
  return create(engine, name, settable, tags, fifo);
}

/** For provisioning: makes the queue, or brings the attributes of the one there is to what is asked for. */
export function ensureQueue(engine: SqsEngine, name: string, attributes: QueueAttributes): Queue {
  const { fifo, settable } = queueType(name, attributes);
  const existing = engine.queues.get(name);
  if (!existing) return create(engine, name, settable, {}, fifo);
  const differs = Object.entries(settable).some(
    ([key, value]) => (existing.attributes[key] ?? "") !== normalize(key, value),
  );
  if (differs) setAttributes(engine, existing, settable);
  return existing;
}

/** SetQueueAttributes. @throws InvalidAttributeName, InvalidAttributeValue, InvalidParameterValueException */
export function setAttributes(engine: SqsEngine, queue: Queue, changes: QueueAttributes): void {
  const attributes = changeAttributes(queue.attributes, changes, queue.fifo);
  checkDeadLetterTarget(engine, queue.arn, queue.fifo, changes["RedrivePolicy"]);
  queue.setAttributes(attributes, engine.now());
  engine.store.saveQueue(queue);
}

function create(
  engine: SqsEngine,
  name: string,
  settable: QueueAttributes,
  tags: Record<string, string>,
  fifo: boolean,
): Queue {
  const attributes = changeAttributes(defaultAttributes(fifo), settable, fifo);
  checkDeadLetterTarget(engine, engine.arnOf(name), fifo, settable["RedrivePolicy"]);
  return engine.createQueue(name, attributes, tags);
}

function queueType(name: string, attributes: QueueAttributes): { fifo: boolean; settable: QueueAttributes } {
  const { FifoQueue: type, ...settable } = attributes;
  const suffixed = name.endsWith(FIFO_SUFFIX) && name.length <= 80;
  const base = suffixed ? name.slice(0, -FIFO_SUFFIX.length) : name;
  if (type?.toLowerCase() === "true") {
    if (!suffixed || !NAME.test(base)) {
      throw invalidParameter(
        "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix " +
          "and be 1 to 80 in length.",
      );
    }
    return { fifo: true, settable };
  }
  // AWS knows the attribute on FIFO queues only, so that even "false" is unknown to it.
  if (type !== undefined) throw unknownAttribute("FifoQueue");
  if (!NAME.test(name)) {
    throw invalidParameter("Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");
  }
  return { fifo: false, settable };
}

function checkDeadLetterTarget(engine: SqsEngine, sourceArn: string, fifo: boolean, json: string | undefined): void {
  if (!json) return;
  const target = engine.queueByArn(parseRedrivePolicy(json).deadLetterTargetArn);
  if (!target) throw invalidValue(json, "RedrivePolicy", "Dead letter target does not exist.");
  if (target.fifo !== fifo) {
    throw invalidValue(json, "RedrivePolicy", "Dead-letter queue must be same type of queue as the source.");
  }
  if (!allowsSource(target.settings.redriveAllow, sourceArn)) {
    throw invalidValue(
      json,
      "RedrivePolicy",
      "The dead-letter queue's RedriveAllowPolicy does not allow this source queue.",
    );
  }
}
