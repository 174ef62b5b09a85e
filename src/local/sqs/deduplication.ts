import { DEDUPLICATION_MS } from "./limits.ts";

/** What a repeated send is answered with. */
export interface Sent {
  messageId: string;
  sequenceNumber: string | undefined;
}

export interface DedupEntry extends Sent {
  /** Epoch milliseconds. */
  expires: number;
}

/** The five minutes in which a FIFO queue accepts a repeated deduplication id without delivering it again. */
export class DeduplicationWindow {
  // All entries live equally long, so that insertion order is order of expiry.
  readonly #entries = new Map<string, DedupEntry>();

  find(key: string, now: number): Sent | undefined {
    this.#prune(now);
    return this.#entries.get(key);
  }

  add(key: string, sent: Sent, now: number): DedupEntry {
    const entry = { ...sent, expires: now + DEDUPLICATION_MS };
    this.#entries.set(key, entry);
    return entry;
  }

  /** As a purge does: what was purged may be sent again. */
  clear(): void {
    this.#entries.clear();
  }

  /** Entries from the store, oldest first. */
  restore(key: string, entry: DedupEntry): void {
    this.#entries.set(key, entry);
  }

  #prune(now: number): void {
    for (const [key, entry] of this.#entries) {
      if (entry.expires > now) return;
      this.#entries.delete(key);
    }
  }
}
