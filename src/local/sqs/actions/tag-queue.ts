import type { Call } from "../call.ts";
import { invalidParameter, missingParameter } from "../errors.ts";
import { type Input, textMap } from "../input.ts";
import { queueOf } from "../queue-url.ts";

const MAX_TAGS = 50;

export function tagQueue(input: Input, { engine }: Call): void {
  const queue = queueOf(engine, input);
  const added = textMap(input, "Tags");
  if (!added) throw missingParameter("Tags");
  for (const [key, value] of Object.entries(added)) {
    if (key === "" || key.length > 128)
      throw invalidParameter("Tag keys must be between 1 and 128 characters in length.");
    if (value.length > 256) throw invalidParameter("Tag values must be between 0 and 256 characters in length.");
    if (/^aws:/i.test(key)) throw invalidParameter("Tag keys beginning with 'aws:' are reserved for system use.");
  }
  const tags = { ...queue.tags, ...added };
  if (Object.keys(tags).length > MAX_TAGS) throw invalidParameter(`Too many tags added for queue ${queue.name}.`);
  queue.tags = tags;
  engine.store.saveQueue(queue);
}
