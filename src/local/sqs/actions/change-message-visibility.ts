import type { Call } from "../call.ts";
import type { SqsEngine } from "../engine.ts";
import { invalidValue, missingParameter } from "../errors.ts";
import { type Input, integer, requiredText } from "../input.ts";
import { MAX_VISIBILITY_SECONDS } from "../limits.ts";
import type { Queue } from "../queue.ts";
import { queueOf } from "../queue-url.ts";

export function changeMessageVisibility(input: Input, { engine }: Call): void {
  changeVisibility(engine, queueOf(engine, input), input);
}

/** Of a request or of a batch entry. */
export function changeVisibility(engine: SqsEngine, queue: Queue, input: Input): void {
  const handle = requiredText(input, "ReceiptHandle");
  const seconds = integer(input, "VisibilityTimeout");
  if (seconds === undefined) throw missingParameter("VisibilityTimeout");
  if (seconds < 0 || seconds > MAX_VISIBILITY_SECONDS) {
    throw invalidValue(
      seconds,
      "VisibilityTimeout",
      `VisibilityTimeout must be an integer between 0 and ${MAX_VISIBILITY_SECONDS}.`,
    );
  }
  engine.changeVisibility(queue, handle, seconds);
}
