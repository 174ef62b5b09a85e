import { randomBytes } from "node:crypto";
import type { LocalContext } from "../context.ts";
import type { LogSink } from "../interfaces.ts";
import { createLogCapture, type LogCapture, type LogLine } from "./log-capture.ts";

/** The log stream of one environment. */
export interface EnvironmentLog {
  readonly stream: string;
  readonly capture: LogCapture;
  /** From here on lines belong to this invocation. */
  begin(requestId: string): void;
  /** The same, and so do those that have come since the last one. */
  resume(requestId: string): void;
  /** Ends the invocation. @returns the last 4 KB of its log. */
  end(): string;
  /** Hands on what waits. */
  flush(): void;
}

const TAIL_BYTES = 4096;

export function createEnvironmentLog(ctx: LocalContext, sink: LogSink, group: string): EnvironmentLog {
  const now = () => ctx.clock.now();
  const day = new Date(now()).toISOString().slice(0, 10).replaceAll("-", "/");
  const stream = `${day}/[$LATEST]${randomBytes(16).toString("hex")}`;
  let batch: LogLine[] = [];
  let requestId: string | undefined;
  let messages: string[] = [];

  const flush = () => {
    if (batch.length === 0) return;
    const lot = batch;
    batch = [];
    sink.put(group, stream, lot);
  };

  const capture = createLogCapture(now, ({ timestamp, message }) => {
    if (batch.length === 0) setImmediate(flush);
    batch.push({ timestamp, message });
    messages.push(message);
    const request = requestId === undefined ? {} : { requestId };
    ctx.emit({ type: "log", at: timestamp, group, stream, ...request, message });
  });

  return {
    stream,
    capture,
    begin(id) {
      requestId = id;
      messages = [];
    },
    resume: (id) => void (requestId = id),
    end() {
      const text = tail(messages);
      requestId = undefined;
      messages = [];
      flush();
      return text;
    },
    flush,
  };
}

function tail(messages: string[]): string {
  let bytes = 0;
  let from = messages.length;
  while (from > 0 && bytes < TAIL_BYTES) bytes += Buffer.byteLength(messages[--from] ?? "") + 1;
  const text = Buffer.from(`${messages.slice(from).join("\n")}\n`);
  return text.subarray(Math.max(0, text.length - TAIL_BYTES)).toString("utf8");
}
