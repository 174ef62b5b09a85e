import type { OutgoingMessage, QueuePort } from "../../contract/queue.ts";

/** @returns a message's size as queues count it: body, and attributes' names, types and values, in bytes. */
export function sizeOf({ body, attributes }: OutgoingMessage): number {
  const parts = Object.entries(attributes).map(
    ([name, { type, text, binary }]) =>
      Buffer.byteLength(name) + Buffer.byteLength(type) + Buffer.byteLength(text ?? "") + (binary?.byteLength ?? 0),
  );
  return Buffer.byteLength(body) + parts.reduce((sum, size) => sum + size, 0);
}

/**
 * @param apart whether messages of one group go in batches of their own: a batch that fails in part must not let a later
 * one overtake.
 * @returns the messages in the same order, in batches that the service takes.
 */
export function inBatches<T extends OutgoingMessage>(
  messages: readonly T[],
  limits: QueuePort["limits"],
  apart: boolean,
): T[][] {
  const batches: T[][] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = sizeOf(message);
    const last = batches.at(-1);
    const fits = last !== undefined && last.length < limits.batchEntries && bytes + size <= limits.batchBytes;
    if (last && fits && !(apart && last.some(({ group }) => group === message.group))) {
      last.push(message);
      bytes += size;
    } else {
      batches.push([message]);
      bytes = size;
    }
  }
  return batches;
}
