import { pipeline } from "node:stream/promises";
import type { Readable } from "node:stream";
import { AwsError } from "../../context.ts";
import { checksumHeaders, describingHeaders } from "../attributes.ts";
import { type Call, header, requireObject, sendEmpty } from "../call.ts";
import { isUnmodified } from "../conditions.ts";
import { invalidArgument } from "../errors.ts";
import { type ByteRange, parseRange } from "../range.ts";
import type { ObjectRow } from "../types.ts";

/** Query parameters by which a reader names headers of the response. */
const OVERRIDES = [
  "content-type",
  "content-language",
  "expires",
  "cache-control",
  "content-disposition",
  "content-encoding",
];

export async function getObject(call: Call): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const object = requireObject(call);
    if (isUnmodified(call, object)) return sendEmpty(call, 304, { etag: `"${object.etag}"` });
    const response = describe(call, object);
    let body: Readable;
    try {
      body = await call.bodies.read(object.blob, response.start, response.end);
    } catch (error) {
      // Replaced between the look-up and the opening: look it up again.
      if (attempt < 3 && call.catalog.object(call.bucket, call.key)?.blob !== object.blob) continue;
      throw error;
    }
    call.exchange.res.writeHead(response.status, response.headers);
    // A reader who goes away in mid-body is no failure of ours.
    return pipeline(body, call.exchange.res).catch(() => void call.exchange.res.destroy());
  }
}

export function headObject(call: Call): void {
  const object = requireObject(call);
  if (isUnmodified(call, object)) return sendEmpty(call, 304, { etag: `"${object.etag}"` });
  const { status, headers } = describe(call, object);
  call.exchange.res.writeHead(status, headers);
  call.exchange.res.end();
}

function describe(call: Call, object: ObjectRow): ByteRange & { status: number; headers: Record<string, string> } {
  const part = partOf(call, object);
  const range = part ?? parseRange(header(call, "range"), object.size);
  const { start, end } = range ?? { start: 0, end: object.size - 1 };
  const whole = start === 0 && end === object.size - 1;
  const checksum =
    whole && header(call, "x-amz-checksum-mode")?.toUpperCase() === "ENABLED" ? object.attributes.checksum : undefined;
  const headers = {
    ...describingHeaders(object),
    ...checksumHeaders(checksum),
    ...(part && object.attributes.parts ? { "x-amz-mp-parts-count": String(object.attributes.parts.length) } : {}),
    ...overrides(call),
    ...(range ? { "content-range": `bytes ${start}-${end}/${object.size}` } : {}),
    "content-length": String(end - start + 1),
  };
  return { start, end, status: range ? 206 : 200, headers };
}

/** The bytes of the part that `partNumber` names; an object that was put whole has one. */
function partOf(call: Call, object: ObjectRow): ByteRange | undefined {
  const text = call.query.get("partNumber");
  if (text === null) return undefined;
  const sizes = object.attributes.parts ?? [object.size];
  const number = Number(text);
  const size = sizes[number - 1];
  if (size === undefined)
    throw new AwsError("InvalidPartNumber", "The requested partnumber is not satisfiable", { status: 416 });
  const start = sizes.slice(0, number - 1).reduce((sum, each) => sum + each, 0);
  return { start, end: start + size - 1 };
}

function overrides(call: Call): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of OVERRIDES) {
    const value = call.query.get(`response-${name}`);
    if (value === null) continue;
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      throw invalidArgument("A header cannot hold this value.", `response-${name}`, value);
    found[name] = value;
  }
  return found;
}
