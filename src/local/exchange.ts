import type { IncomingMessage, ServerResponse } from "node:http";
import { AwsError, NotOffered } from "./context.ts";

/** One HTTP request on its way through the router: the raw pair, so that a service may stream, and what all need parsed. */
export interface Exchange {
  req: IncomingMessage;
  res: ServerResponse;
  url: URL;
  /** From the credential scope of the signature (header or presigned query); empty when unsigned. */
  scope: { service?: string; region?: string; accessKeyId?: string };
  /** For `X-Amzn-RequestId`. */
  requestId: string;
  /** What the stack was asked for and does not offer: set with the refusal, for the stack's warnings. */
  refused?: string;
  /** What made the stack itself fail: set with the answer of status 500, for the stack's warnings. */
  failure?: unknown;
  /** Reads the whole body once; later calls return the same buffer. Throws AwsError 413 `RequestEntityTooLarge` over `limit` bytes (default 16 MiB). */
  body(limit?: number): Promise<Buffer>;
}

/** A service behind the router. It answers every exchange it is given, errors included; a throw becomes a 500 of its protocol. */
export interface Service {
  handle(exchange: Exchange): Promise<void>;
  close(): Promise<void> | void;
}

/** Notes what the stack's warnings should say of an error that is about to be answered. */
export function noteError(exchange: Exchange, error: unknown): void {
  if (error instanceof NotOffered) exchange.refused = error.message;
  else if (!(error instanceof AwsError)) exchange.failure = error;
}
