import { jsonIn, member } from "../../contract/json.ts";
import type { LeasedMessage, QueuePort } from "../../contract/queue.ts";

/** Long enough to read everything before the first lease ends, so that no message is seen twice. */
const LEASE_SECONDS = 60;

/**
 * Looks at messages without taking them: each is leased, read, and given back at once when all are read.
 *
 * @param limit at most so many; fewer when the queue has no more to show.
 */
export async function peek(
  queue: QueuePort,
  url: string,
  limit: number,
  signal: AbortSignal,
): Promise<LeasedMessage[]> {
  const seen = new Map<string, LeasedMessage>();
  const leases: string[] = [];
  try {
    while (seen.size < limit) {
      const messages = await queue.lease(url, {
        max: Math.min(10, limit - seen.size),
        seconds: LEASE_SECONDS,
        waitSeconds: 1,
        signal,
      });
      // Nothing new: either the queue is empty, or leases end faster than the queue is read (a stack whose time runs fast).
      if (messages.every(({ messageId }) => seen.has(messageId))) {
        leases.push(...messages.map(({ lease }) => lease));
        break;
      }
      for (const message of messages) {
        leases.push(message.lease);
        seen.set(message.messageId, message);
      }
    }
  } finally {
    await giveBack(queue, url, leases);
  }
  return [...seen.values()].toSorted((a, b) => a.sentAt - b.sentAt);
}

/** Ends leases, so that others see the messages at once. What cannot be given back comes back when its lease ends. */
export async function giveBack(queue: QueuePort, url: string, leases: readonly string[]): Promise<void> {
  const { batchEntries } = queue.limits;
  const batches = Array.from({ length: Math.ceil(leases.length / batchEntries) }, (_, index) =>
    leases.slice(index * batchEntries, (index + 1) * batchEntries),
  );
  await Promise.all(batches.map((batch) => queue.extend(url, batch, 0).catch(() => undefined)));
}

/** @returns the task of a message's body, as far as it is one. */
export function taskOf(body: string): { taskId?: string; prompt?: string } {
  const value = jsonIn(body);
  const [taskId, prompt] = [member(value, "taskId"), member(value, "prompt")];
  return {
    ...(typeof taskId === "string" ? { taskId } : {}),
    ...(typeof prompt === "string" ? { prompt: prompt.slice(0, 120) } : {}),
  };
}
