import type { Call } from "../call.ts";
import type { Input } from "../input.ts";
import { queueOf } from "../queue-url.ts";

export function listQueueTags(input: Input, { engine }: Call) {
  const { tags } = queueOf(engine, input);
  return Object.keys(tags).length > 0 ? { Tags: tags } : {};
}
