import type { Call } from "../call.ts";
import { type Input, text } from "../input.ts";
import { page } from "../page.ts";

export function listQueues(input: Input, { engine, urlOf }: Call) {
  const prefix = text(input, "QueueNamePrefix") ?? "";
  const { names, nextToken } = page(
    input,
    [...engine.queues.keys()].filter((name) => name.startsWith(prefix)),
  );
  return {
    ...(names.length > 0 ? { QueueUrls: names.map(urlOf) } : {}),
    ...(nextToken === undefined ? {} : { NextToken: nextToken }),
  };
}
