import type { LeasedMessage, QueuePort } from "../../contract/queue.ts";

/** Messages that a move leaves where they are: held until it ends, so that it does not receive them again. */
export interface HeldLeases {
  /** Holds a message, or its newer lease. @returns whether it was not held yet. */
  hold(message: LeasedMessage): boolean;
  readonly count: number;
  /** Keeps all of them for another `seconds`. @returns how many could not be kept. */
  extend(seconds: number): Promise<number>;
  /** Gives all of them back. @returns how many could not be: they come back when their lease ends. */
  release(): Promise<number>;
}

/** Batches under way at a time: thousands of leases are given back in seconds. */
const LANES = 10;

export function createHeldLeases(queue: QueuePort, url: string): HeldLeases {
  const held = new Map<string, string>();
  const extendAll = async (seconds: number) => {
    const leases = [...held.values()];
    const { batchEntries } = queue.limits;
    const batches = Array.from({ length: Math.ceil(leases.length / batchEntries) }, (_, index) =>
      leases.slice(index * batchEntries, (index + 1) * batchEntries),
    );
    let failed = 0;
    const lane = async () => {
      for (let batch = batches.pop(); batch; batch = batches.pop()) {
        // A lease that has ended cannot be extended: its message comes again and is held anew.
        const answers = await queue.extend(url, batch, seconds).catch(() => undefined);
        failed += answers ? answers.filter((answer) => "failure" in answer).length : batch.length;
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    return failed;
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
      const failed = await extendAll(0);
      held.clear();
      return failed;
    },
  };
}
