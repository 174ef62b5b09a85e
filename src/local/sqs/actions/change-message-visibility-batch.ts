import { batchEntries, type BatchResult, runBatch } from "../batch.ts";
import type { Call } from "../call.ts";
import type { Input } from "../input.ts";
import { queueOf } from "../queue-url.ts";
import { changeVisibility } from "./change-message-visibility.ts";

export function changeMessageVisibilityBatch(input: Input, { engine }: Call): BatchResult<object> {
  const queue = queueOf(engine, input);
  return runBatch(batchEntries(input, "ChangeMessageVisibilityBatchRequestEntry"), (entry) => {
    changeVisibility(engine, queue, entry);
    return {};
  });
}
