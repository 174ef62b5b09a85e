import type { QueueCounts } from "../interfaces.ts";

const zero = (): QueueCounts => ({
  sent: 0,
  sentBytes: 0,
  smallest: Infinity,
  largest: 0,
  received: 0,
  deleted: 0,
  emptyReceives: 0,
});

/** What happens to a queue, counted for CloudWatch's metrics: additions, for it is on every message's path. */
export class QueueMeter {
  #counts = zero();

  sent(bytes: number): void {
    const counts = this.#counts;
    counts.sent += 1;
    counts.sentBytes += bytes;
    if (bytes < counts.smallest) counts.smallest = bytes;
    if (bytes > counts.largest) counts.largest = bytes;
  }

  received(messages: number): void {
    this.#counts.received += messages;
  }

  /** A deletion by a valid receipt handle counts, also when the message was gone. */
  deleted(): void {
    this.#counts.deleted += 1;
  }

  emptyReceive(): void {
    this.#counts.emptyReceives += 1;
  }

  /** @returns what was counted since it was last taken. */
  take(): QueueCounts {
    const counts = this.#counts;
    this.#counts = zero();
    return counts;
  }
}
