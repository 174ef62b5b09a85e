import type { LocalContext } from "../context.ts";
import type { MessageSource, SourceMessage } from "../interfaces.ts";
import { EVENT_ENVELOPE, recordText } from "./event.ts";
import type { MappingSettings } from "./validate.ts";

export interface Batch {
  messages: SourceMessage[];
  /** The same messages as JSON text. */
  records: string[];
}

/** Makes batches of what a queue has. */
export interface Collector {
  /** @returns a batch to be worked now; undefined when there is none yet. */
  next(): Batch | undefined;
  /** Gives collected messages back to the queue. */
  stop(): void;
}

/** One receive brings 10 at most. */
const RECEIVE_MAX = 10;
/** Lambda's limit for a batch, in bytes of its event. */
export const MAX_BATCH_BYTES = 6 * 1024 * 1024;

interface Collected {
  message: SourceMessage;
  record: string;
  bytes: number;
  release(): void;
}

/**
 * A batch is due when it is full (by count or by bytes), when its window has passed since its first message, or at once
 * when there is no window. The window is divided by the stack's speed.
 *
 * @param onDue called when a window has passed.
 */
export function createCollector(
  ctx: LocalContext,
  source: MessageSource,
  settings: MappingSettings,
  onDue: () => void,
): Collector {
  let collected: Collected[] = [];
  let bytes = EVENT_ENVELOPE;
  let timer: NodeJS.Timeout | undefined;
  let due = false;

  const fits = (item: Collected) => bytes + item.bytes + 1 <= MAX_BATCH_BYTES;

  /** Takes what fits; what does not begins the next batch. */
  const fill = (): Collected[] => {
    while (collected.length < settings.batchSize) {
      const received = source.receive(Math.min(RECEIVE_MAX, settings.batchSize - collected.length));
      if (received.length === 0) return [];
      const items = received.map((message): Collected => {
        const record = recordText(message, source.arn, ctx.region);
        return { message, record, bytes: Buffer.byteLength(record), release: source.hold(message.receiptHandle) };
      });
      for (const [index, item] of items.entries()) {
        if (collected.length > 0 && !fits(item)) return items.slice(index);
        collected.push(item);
        bytes += item.bytes + 1;
      }
      if (settings.batchWindow === 0) return [];
    }
    return [];
  };

  const take = (left: Collected[]): Batch => {
    clearTimeout(timer);
    timer = undefined;
    due = false;
    const batch = collected;
    collected = left;
    bytes = left.reduce((sum, item) => sum + item.bytes + 1, EVENT_ENVELOPE);
    // Whoever works the batch holds its messages from here on, in the same turn.
    for (const item of batch) item.release();
    return { messages: batch.map(({ message }) => message), records: batch.map(({ record }) => record) };
  };

  return {
    next() {
      // What an over-full batch left over is as old as that batch: due at once.
      const left = collected.length > 0 && settings.batchWindow === 0 ? [] : fill();
      if (collected.length === 0) return undefined;
      const full = left.length > 0 || collected.length >= settings.batchSize;
      if (full || due || settings.batchWindow === 0) return take(left);
      timer ??= setTimeout(
        () => {
          due = true;
          onDue();
        },
        (settings.batchWindow * 1000) / ctx.speed,
      );
      return undefined;
    },
    stop() {
      clearTimeout(timer);
      for (const { message, release } of collected.splice(0)) {
        release();
        source.changeVisibility(message.receiptHandle, 0);
      }
    },
  };
}
