import type { Call } from "../call.ts";
import { type Input, requiredText, textMap } from "../input.ts";
import { createQueue as create } from "../provision.ts";

export function createQueue(input: Input, { engine, urlOf }: Call) {
  const queue = create(
    engine,
    requiredText(input, "QueueName"),
    textMap(input, "Attributes") ?? {},
    textMap(input, "tags") ?? textMap(input, "Tags") ?? {},
  );
  return { QueueUrl: urlOf(queue.name) };
}
