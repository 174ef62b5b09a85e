import type { Call } from "../call.ts";
import { missingParameter } from "../errors.ts";
import { type Input, texts } from "../input.ts";
import { queueOf } from "../queue-url.ts";

export function untagQueue(input: Input, { engine }: Call): void {
  const queue = queueOf(engine, input);
  const keys = texts(input, "TagKeys");
  if (!keys) throw missingParameter("TagKeys");
  queue.tags = Object.fromEntries(Object.entries(queue.tags).filter(([key]) => !keys.includes(key)));
  engine.store.saveQueue(queue);
}
