import type { Call } from "../call.ts";
import { queueDoesNotExist } from "../errors.ts";
import { type Input, requiredText, text } from "../input.ts";

export function getQueueUrl(input: Input, { engine, urlOf }: Call) {
  const queue = engine.queues.get(requiredText(input, "QueueName"));
  const owner = text(input, "QueueOwnerAWSAccountId");
  if (!queue || (owner !== undefined && !queue.arn.includes(`:${owner}:`))) throw queueDoesNotExist();
  return { QueueUrl: urlOf(queue.name) };
}
