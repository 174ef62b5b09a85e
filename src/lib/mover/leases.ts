import type { LeasedMessage, QueuePort } from "../../contract/queue.ts";

/** Messages that a move leaves where they are: held until it ends, so that it does not receive them again. */
export interface HeldLeases {
  /** Holds a message, or its newer lease. @returns whether it was not held yet. */
  hold(message: LeasedMessage): boolean;
  readonly count: number;
  /** Keeps all of them for another `seconds`. */
  extend(seconds: number): Promise<void>;
  /** Gives all of them back. */
  release(): Promise<void>;
}

export function createHeldLeases(queue: QueuePort, url: string): HeldLeases {
  const held = new Map<string, string>();
  const extendAll = async (seconds: number) => {
    const leases = [...held.values()];
    for (let start = 0; start < leases.length; start += queue.limits.batchEntries) {
      // A lease that has ended cannot be extended: its message comes again and is held anew.
      await queue.extend(url, leases.slice(start, start + queue.limits.batchEntries), seconds).catch(() => undefined);
    }
  };
  return {
    hold({ messageId, lease }) {
      const isNew = !held.has(messageId);
      held.set(messageId, lease);
      return isNew;
    },
    get count() {
      return held.size;
    },
    extend: extendAll,
    async release() {
      await extendAll(0);
      held.clear();
    },
  };
}
