import type { Call } from "../call.ts";
import { invalidAttributeValue, missingParameter, unknownAttribute } from "../errors.ts";
import { type Input, textMap } from "../input.ts";
import { setAttributes } from "../provision.ts";
import { queueOf } from "../queue-url.ts";

export function setQueueAttributes(input: Input, { engine }: Call): void {
  const queue = queueOf(engine, input);
  const { FifoQueue: type, ...changes } = textMap(input, "Attributes") ?? {};
  if (type !== undefined && !queue.fifo) throw unknownAttribute("FifoQueue");
  if (type !== undefined && type.toLowerCase() !== "true") {
    throw invalidAttributeValue("FifoQueue", "Modifying queue type is not supported.");
  }
  if (type === undefined && Object.keys(changes).length === 0) throw missingParameter("Attribute.Name");
  setAttributes(engine, queue, changes);
}
