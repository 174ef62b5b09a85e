import { randomBytes } from "node:crypto";
import { logGroupName } from "../../contract/resources.ts";
import type { LocalContext } from "../context.ts";
import type { LogSink } from "../interfaces.ts";
import { createLogCapture, type LogCapture, type LogLine } from "./log-capture.ts";

/** The log stream of one environment. */
export interface EnvironmentLog {
  readonly stream: string;
  readonly capture: LogCapture;
  /** From here on lines belong to this invocation. */
  begin(requestId: string): void;
  /** Ends the invocation. @returns the last 4 KB of its log. */
  end(): string;
  /** Hands on what waits. */
  flush(): void;
}

const TAIL_BYTES = 4096;

export function createEnvironmentLog(ctx: LocalContext, sink: LogSink, functionName: string): EnvironmentLog {
  const now = () => ctx.clock.now();
  const group = logGroupName(functionName);
  const day = new Date(now()).toISOString().slice(0, 10).replaceAll("-", "/");
  const stream = `${day}/[$LATEST]${randomBytes(16).toString("hex")}`;
  let batch: LogLine[] = [];
  let current: { requestId: string; messages: string[] } | undefined;

  const flush = () => {
    if (batch.length === 0) return;
    const lot = batch;
    batch = [];
    sink.put(group, stream, lot);
  };

  const capture = createLogCapture(now, ({ timestamp, message }) => {
    if (batch.length === 0) setImmediate(flush);
    batch.push({ timestamp, message });
    current?.messages.push(message);
    const request = current ? { requestId: current.requestId } : {};
    ctx.emit({ type: "log", at: timestamp, group, stream, ...request, message });
  });

  return {
    stream,
    capture,
    begin: (requestId) => void (current = { requestId, messages: [] }),
    end() {
      const text = tail(current?.messages ?? []);
      current = undefined;
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
