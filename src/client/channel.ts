/** A queue between the one who tells and the one who iterates. */
export interface Channel<T> extends AsyncIterable<T> {
  push(value: T): void;
  /** What was pushed before is still delivered. */
  end(): void;
  fail(error: unknown): void;
}

export function createChannel<T>(): Channel<T> {
  const values: T[] = [];
  let closed: { error?: unknown } | undefined;
  let wake: (() => void) | undefined;
  const signal = () => {
    wake?.();
    wake = undefined;
  };
  const close = (how: { error?: unknown }) => {
    closed ??= how;
    signal();
  };
  return {
    push(value) {
      if (closed) return;
      values.push(value);
      signal();
    },
    end: () => close({}),
    fail: (error) => close({ error }),
    async *[Symbol.asyncIterator]() {
      for (;;) {
        while (values.length > 0) {
          const value = values.shift();
          if (value !== undefined) yield value;
        }
        if (closed) {
          if ("error" in closed) throw closed.error;
          return;
        }
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
