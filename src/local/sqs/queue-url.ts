import type { SqsEngine } from "./engine.ts";
import { queueDoesNotExist } from "./errors.ts";
import { type Input, requiredText } from "./input.ts";
import type { Queue } from "./queue.ts";

const PATH = /^(?:https?:\/\/[^/]+)?\/(?:(\d{12})\/)?([A-Za-z0-9_.-]+)\/?$/;

/**
 * Finds the queue a request is about. Any host is as good as another, since the stack is reached by many names; account and
 * name must match.
 * @throws MissingRequiredParameterException, QueueDoesNotExist
 */
export function queueOf(engine: SqsEngine, input: Input): Queue {
  const url = requiredText(input, "QueueUrl");
  const [, account, name] = PATH.exec(url) ?? [];
  const queue = name === undefined ? undefined : engine.queues.get(name);
  if (!queue || (account !== undefined && !queue.arn.includes(`:${account}:`))) throw queueDoesNotExist();
  return queue;
}
