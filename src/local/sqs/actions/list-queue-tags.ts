import type { Call } from "../call.ts";
import type { Input } from "../input.ts";
import { queueOf } from "../queue-url.ts";

export function listQueueTags(input: Input, { engine }: Call) {
  return { Tags: queueOf(engine, input).tags };
}
