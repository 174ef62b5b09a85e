import type { Clock } from "../../contract/clock.ts";
import type { EntryFailure, LeasedMessage, OutgoingMessage, QueuePort } from "../../contract/queue.ts";
import type { Journal } from "./journal.ts";
import { withRetries } from "./retry.ts";

/** Keeps the original deduplication id, as the one sent anew would vanish within its window. */
export const ORIGINAL_DEDUPLICATION_ID = "ai-pipeline.original-deduplication-id";
/** SQS's limit. */
const MAX_ATTRIBUTES = 10;

/** A message that was in a queue, wherever it is now. */
export type Carried = OutgoingMessage & Pick<LeasedMessage, "messageId" | "sentAt">;

export interface Sending {
  queue: QueuePort;
  destination: string;
  /** Whether the destination is a FIFO queue. */
  fifo: boolean;
  journal: Journal;
  counts: { refused: { messageId: string; reason: string }[]; perhapsTwice: number };
  clock: Clock;
  random: () => number;
  signal: AbortSignal;
}

/** Sends a batch, the refused entries again where that may help. @returns what was confirmed; it is written down. */
export async function sendBatch<T extends Carried>(lane: Sending, batch: readonly T[]): Promise<T[]> {
  const confirmed: T[] = [];
  let open: readonly T[] = batch;
  let unanswered = false;
  if (!lane.fifo) lane.counts.perhapsTwice += batch.filter((message) => lane.journal.isUncertain(message)).length;
  await lane.journal.sending(batch);
  await withRetries(async () => {
    if (unanswered && !lane.fifo) lane.counts.perhapsTwice += open.length;
    unanswered = true;
    const answers = await lane.queue.send(
      lane.destination,
      open.map((message) => outgoing(lane, message)),
    );
    unanswered = false;
    const failures = new Map<T, EntryFailure>();
    const now: T[] = [];
    open.forEach((message, index) => {
      const answer = answers[index];
      if (answer && "failure" in answer) failures.set(message, answer.failure);
      else now.push(message);
    });
    await lane.journal.sent(now);
    confirmed.push(...now);
    const final = [...failures].filter(([, failure]) => !failure.retryable);
    for (const [{ messageId }, { code, message }] of final)
      lane.counts.refused.push({ messageId, reason: `${code}: ${message}` });
    open = [...failures].flatMap(([message, failure]) => (failure.retryable ? [message] : []));
    return { done: open.length === 0, value: undefined };
  }, lane);
  for (const { messageId } of open)
    lane.counts.refused.push({ messageId, reason: "the destination stayed busy through all tries" });
  return confirmed;
}

function outgoing({ fifo, journal }: Sending, message: Carried): OutgoingMessage {
  const { body, attributes, group, trace, deduplicationId } = message;
  const carried = {
    body,
    attributes,
    ...(group === undefined ? {} : { group }),
    ...(trace === undefined ? {} : { trace }),
  };
  if (!fifo) return carried;
  const keep = deduplicationId !== undefined && Object.keys(attributes).length < MAX_ATTRIBUTES;
  return {
    ...carried,
    group: group ?? message.messageId,
    deduplicationId: journal.deduplicationId(message),
    attributes: keep
      ? {
          ...attributes,
          [ORIGINAL_DEDUPLICATION_ID]: attributes[ORIGINAL_DEDUPLICATION_ID] ?? {
            type: "String",
            text: deduplicationId,
          },
        }
      : attributes,
  };
}
