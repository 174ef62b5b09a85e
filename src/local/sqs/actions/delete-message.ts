import type { Call } from "../call.ts";
import { type Input, requiredText } from "../input.ts";
import { queueOf } from "../queue-url.ts";

export function deleteMessage(input: Input, { engine }: Call): void {
  engine.deleteMessage(queueOf(engine, input), requiredText(input, "ReceiptHandle"));
}
