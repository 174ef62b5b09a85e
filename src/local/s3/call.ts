import type { IncomingHttpHeaders } from "node:http";
import type { LocalContext } from "../context.ts";
import type { Exchange } from "../exchange.ts";
import type { Bodies } from "./bodies.ts";
import type { Catalog } from "./catalog.ts";
import { noSuchBucket, noSuchKey } from "./errors.ts";
import type { ObjectRow } from "./types.ts";
import { toXml, type XmlValue } from "./xml.ts";

/** One request, with its bucket and key found. Both are empty where the request names none. */
export interface Call {
  ctx: LocalContext;
  catalog: Catalog;
  bodies: Bodies;
  /** Origins of pages that may use S3, beside those of this machine. */
  allowedOrigins: readonly string[];
  exchange: Exchange;
  method: string;
  bucket: string;
  key: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
}

export type Action = (call: Call) => void | Promise<void>;

/** @returns the value of a header that comes once. */
export function header(call: Call, name: string): string | undefined {
  const value = call.headers[name];
  return Array.isArray(value) ? value.join(",") : value;
}

/** @throws AwsError `NoSuchBucket`. */
export function requireBucket(call: Call): void {
  if (!call.catalog.hasBucket(call.bucket)) throw noSuchBucket(call.bucket);
}

/** @throws AwsError `NoSuchBucket`, `NoSuchKey`. */
export function requireObject(call: Call): ObjectRow {
  requireBucket(call);
  const object = call.catalog.object(call.bucket, call.key);
  if (!object) throw noSuchKey(call.key);
  return object;
}

export function sendEmpty(call: Call, status: number, headers: Record<string, string> = {}): void {
  const { res } = call.exchange;
  res.writeHead(status, status === 204 || status === 304 ? headers : { ...headers, "content-length": "0" });
  res.end();
}

export function sendXml(
  call: Call,
  root: string,
  value: { [element: string]: XmlValue } | string,
  headers: Record<string, string> = {},
): void {
  const payload = Buffer.from(toXml(root, value), "utf8");
  call.exchange.res.writeHead(200, {
    ...headers,
    "content-type": "application/xml",
    "content-length": String(payload.length),
  });
  call.exchange.res.end(payload);
}
