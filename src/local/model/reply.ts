import type { Clock } from "../../contract/clock.ts";
import { FAULT_HEADER } from "../../contract/http.ts";
import type { Exchange } from "../exchange.ts";
import type { OpenAiError } from "./openai-error.ts";

/** A fault that lets the answer begin. */
export type Spoil = "malformed" | "cut" | undefined;

/** Tells a client that reads it why the answer is not what it should be. */
const faultHeader = (spoil: Spoil) => (spoil ? { [FAULT_HEADER]: `model:${spoil}` } : {});

/** Sends a JSON answer, whole unless it is to be spoilt. */
export function sendAnswer(exchange: Exchange, body: unknown, spoil: Spoil): void {
  const { res, requestId } = exchange;
  if (res.destroyed) return;
  const text = JSON.stringify(body);
  const half = text.slice(0, Math.ceil(text.length / 2));
  const length = Buffer.byteLength(spoil === "malformed" ? half : text);
  res.writeHead(200, {
    "content-type": "application/json",
    "content-length": length,
    "x-request-id": requestId,
    ...faultHeader(spoil),
  });
  if (spoil === "cut") res.write(half, () => res.destroy());
  else res.end(spoil === "malformed" ? half : text);
}

export function sendError({ res, requestId }: Exchange, error: OpenAiError): void {
  if (res.headersSent || res.destroyed) return;
  const text = JSON.stringify(error);
  res.writeHead(error.status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    "x-request-id": requestId,
    ...(error.retryAfter === undefined ? {} : { "retry-after": String(error.retryAfter) }),
  });
  res.end(text);
}

/** A server-sent event; a named one for the Responses API. */
export interface StreamEvent {
  event?: string;
  data: unknown;
}

/**
 * Streams events at an even pace, and stops when the client goes.
 *
 * @param paceMs between two events.
 */
export async function sendStream(
  exchange: Exchange,
  events: readonly StreamEvent[],
  options: { clock: Clock; paceMs: number; spoil: Spoil; done: boolean },
): Promise<void> {
  const { res, requestId } = exchange;
  const gone = new AbortController();
  res.once("close", () => gone.abort());
  if (res.destroyed) return;
  res.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
    "x-request-id": requestId,
    ...faultHeader(options.spoil),
  });
  const middle = Math.floor(events.length / 2);
  try {
    for (const [index, { event, data }] of events.entries()) {
      const text = JSON.stringify(data);
      const name = event ? `event: ${event}\n` : "";
      if (options.spoil && index === middle) {
        if (options.spoil === "cut") return void res.write(`${name}data: ${text.slice(0, 20)}`, () => res.destroy());
        res.write(`${name}data: ${text.slice(0, Math.ceil(text.length / 2))}\n\n`);
        continue;
      }
      res.write(`${name}data: ${text}\n\n`);
      if (options.paceMs > 0 && index < events.length - 1) await options.clock.sleep(options.paceMs, gone.signal);
    }
    res.end(options.done ? "data: [DONE]\n\n" : undefined);
  } catch (error) {
    // Aborted: nobody reads any more.
    if (!gone.signal.aborted) throw error;
  }
}

/** Answers nothing for as long as the client waits. */
export function hang({ res }: Exchange, closing: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      closing.removeEventListener("abort", end);
      res.destroy();
      resolve();
    };
    if (res.destroyed || closing.aborted) return end();
    res.once("close", end);
    closing.addEventListener("abort", end, { once: true });
  });
}
