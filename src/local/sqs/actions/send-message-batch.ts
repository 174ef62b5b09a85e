import { batchEntries, type BatchResult, checkBatchSize, runBatch } from "../batch.ts";
import type { Call } from "../call.ts";
import type { Input } from "../input.ts";
import { queueOf } from "../queue-url.ts";
import { requireFifoParameters, send, type SendResult } from "../send.ts";

export function sendMessageBatch(input: Input, call: Call): BatchResult<SendResult> {
  const queue = queueOf(call.engine, input);
  const entries = batchEntries(input, "SendMessageBatchRequestEntry");
  checkBatchSize(entries);
  for (const entry of entries) requireFifoParameters(entry.input, queue);
  return runBatch(entries, (entry) => send(call, queue, entry));
}
