/** How many messages may be on their way: asked before any is received, so that nobody waits with a lease in hand. */
export interface Allowance {
  /** Waits until at least one may be taken, or the signal is aborted. @returns how many, `max` at most; 0: the move ends. */
  take(max: number, signal: AbortSignal): Promise<number>;
  /** Gives back what was taken and not sent. */
  giveBack(count: number): void;
}

/** No bounds. */
export const UNBOUNDED: Allowance = { take: async (max) => max, giveBack: () => undefined };
