import type { TailUpdate } from "./tail.ts";

/** A live tail at work beside its reader, which takes what has come when it wants to. */
export interface TailSession {
  groups: ReadonlySet<string>;
  /** What has come since the last call. */
  take(): TailUpdate[];
  /** Set when it is over; `error` when it did not end by itself. */
  ended(): { error?: unknown } | undefined;
  /** Resolves when there is something to take, or it is over. */
  changed(): Promise<void>;
  stop(): void;
}

/** @param open starts the session; its signal ends it. */
export function runTail(
  groups: readonly string[],
  open: (signal: AbortSignal) => AsyncIterable<TailUpdate>,
): TailSession {
  const stopping = new AbortController();
  let updates: TailUpdate[] = [];
  let end: { error?: unknown } | undefined;
  let wake = () => {};
  const run = async () => {
    for await (const update of open(stopping.signal)) {
      updates.push(update);
      wake();
    }
  };
  run()
    .then(
      () => (end = {}),
      (error: unknown) => (end = { error }),
    )
    .finally(() => wake());
  return {
    groups: new Set(groups),
    take() {
      const taken = updates;
      updates = [];
      return taken;
    },
    ended: () => end,
    changed: () => (updates.length > 0 || end ? Promise.resolve() : new Promise((resolve) => (wake = resolve))),
    stop: () => stopping.abort(),
  };
}
