import { batchEntries, type BatchResult, runBatch } from "../batch.ts";
import type { Call } from "../call.ts";
import { type Input, requiredText } from "../input.ts";
import { queueOf } from "../queue-url.ts";

export function deleteMessageBatch(input: Input, { engine }: Call): BatchResult<object> {
  const queue = queueOf(engine, input);
  return runBatch(batchEntries(input, "DeleteMessageBatchRequestEntry"), (entry) => {
    engine.deleteMessage(queue, requiredText(entry, "ReceiptHandle"));
    return {};
  });
}
