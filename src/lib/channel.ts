/** Events of several sources on their way to one reader, in the order they were pushed. */
export interface Channel<T> extends AsyncIterable<T> {
  push(item: T): void;
  /** The reader ends when it has read what was pushed; with an error it throws that. */
  close(error?: unknown): void;
}

/** Makes a channel for one reader. */
export function createChannel<T>(): Channel<T> {
  const items: T[] = [];
  let closed = false;
  let failure: { error: unknown } | undefined;
  let wake = () => {};
  return {
    push(item) {
      if (closed) return;
      items.push(item);
      wake();
    },
    close(error) {
      if (closed) return;
      closed = true;
      if (error !== undefined) failure = { error };
      wake();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        while (items.length > 0) {
          // Taken out whole, so that a burst of thousands is not shifted one by one.
          yield* items.splice(0, items.length);
        }
        if (closed) break;
        await new Promise<void>((resolve) => (wake = resolve));
      }
      if (failure) throw failure.error;
    },
  };
}
