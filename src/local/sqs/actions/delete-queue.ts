import type { Call } from "../call.ts";
import type { Input } from "../input.ts";
import { queueOf } from "../queue-url.ts";

export function deleteQueue(input: Input, { engine }: Call): void {
  engine.deleteQueue(queueOf(engine, input));
}
