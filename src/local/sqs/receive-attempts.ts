import { DEDUPLICATION_MS } from "./limits.ts";
import type { Delivery } from "./message.ts";

interface Attempt {
  deliveries: Delivery[];
  /** What the messages' deadlines were; a changed one means that somebody modified the message. */
  deadlines: number[];
  expires: number;
}

/**
 * Receives of a FIFO queue by ReceiveRequestAttemptId: whoever lost the answer can ask for the same messages again for
 * five minutes, as long as none of them was deleted, changed or became visible.
 */
export class ReceiveAttempts {
  readonly #attempts = new Map<string, Attempt>();

  /** @returns the same deliveries, or undefined when the attempt is unknown or can't be repeated. */
  repeat(id: string, now: number): Delivery[] | undefined {
    for (const [key, attempt] of this.#attempts) {
      if (attempt.expires > now) break;
      this.#attempts.delete(key);
    }
    const attempt = this.#attempts.get(id);
    const untouched = attempt?.deliveries.every(
      ({ message, receiptHandle }, index) =>
        message.state === "inFlight" &&
        message.visibleAt === attempt.deadlines[index] &&
        message.receiptHandle() === receiptHandle,
    );
    return untouched ? attempt?.deliveries : undefined;
  }

  /** To be called after each receive with an id, a repeated one too. */
  remember(id: string, deliveries: Delivery[], now: number): void {
    this.#attempts.delete(id);
    if (deliveries.length === 0) return;
    const deadlines = deliveries.map(({ message }) => message.visibleAt);
    this.#attempts.set(id, { deliveries, deadlines, expires: now + DEDUPLICATION_MS });
  }
}
