import { closeSync, openSync, readSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * What handlers wrote down: a line `<body> <process.hrtime.bigint()>` each. That clock is the machine's monotonic one, so
 * its readings compare between processes.
 */
export interface HandlerLog {
  path: string;
  /** Resolves when there are so many lines in all. @throws Error after `timeoutMs` without a new one. */
  waitFor(count: number, timeoutMs?: number): Promise<void>;
  /** Starts of handlers in nanoseconds, by message body. A body that came twice counts once, by its first start. */
  starts: ReadonlyMap<string, bigint>;
  /** Leaves out what was written so far. */
  forget(): void;
}

export function createHandlerLog(path: string): HandlerLog {
  const starts = new Map<string, bigint>();
  const descriptor = openSync(path, "a+");
  closeSync(descriptor);
  let offset = 0;
  let rest = "";
  const buffer = Buffer.alloc(65_536);
  const read = () => {
    const file = openSync(path, "r");
    try {
      for (let length = -1; length !== 0;) {
        length = readSync(file, buffer, 0, buffer.length, offset);
        offset += length;
        const lines = (rest + buffer.toString("utf8", 0, length)).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          const [body = "", at = ""] = line.split(" ");
          if (!starts.has(body)) starts.set(body, BigInt(at));
        }
      }
    } finally {
      closeSync(file);
    }
  };
  return {
    path,
    starts,
    forget: () => starts.clear(),
    async waitFor(count, timeoutMs = 30_000) {
      let until = Date.now() + timeoutMs;
      for (let seen = -1; starts.size < count;) {
        read();
        if (starts.size > seen) until = Date.now() + timeoutMs;
        else if (Date.now() > until) throw new Error(`Only ${starts.size} of ${count} messages reached a handler.`);
        seen = starts.size;
        if (seen < count) await sleep(2);
      }
    },
  };
}
