import fc from "fast-check";
import { encodeCbor } from "../../src/local/wire/cbor.ts";
import { isObject, isScalar } from "../../src/local/wire/objects.ts";

export interface WireRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | Uint8Array;
}

/** Makes a request of an operation's input. */
export type Encode = (operation: unknown[], input: unknown) => WireRequest;

export const signed = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=any`,
});

export const asJson =
  (service: string, target: string): Encode =>
  ([, , name], input) => ({
    method: "POST",
    path: "/",
    headers: {
      ...signed(service),
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `${target}.${String(name)}`,
    },
    body: JSON.stringify(input),
  });

export const asCbor =
  (target: string): Encode =>
  ([, , name], input) => ({
    method: "POST",
    path: `/service/${target}/operation/${String(name)}`,
    headers: { ...signed("monitoring"), "smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor" },
    body: encodeCbor(input),
  });

export const asQuery =
  (service: string, version: string): Encode =>
  ([, , name], input) => {
    const form = new URLSearchParams({ Action: String(name), Version: version });
    flatten(input, "", form);
    return {
      method: "POST",
      path: "/",
      headers: { ...signed(service), "content-type": "application/x-www-form-urlencoded" },
      body: form.toString(),
    };
  };

function flatten(value: unknown, at: string, form: URLSearchParams): void {
  const below = (name: string | number) => (at === "" ? String(name) : `${at}.${name}`);
  if (Array.isArray(value))
    for (const [index, item] of value.entries()) flatten(item, `${below("member")}.${index + 1}`, form);
  else if (isObject(value)) for (const [name, item] of Object.entries(value)) flatten(item, below(name), form);
  else if (isScalar(value) && at !== "") form.append(at, String(value));
}

/** The REST protocols: members go where their traits say, all others into the body. */
export const asRest =
  (service: string, write: (name: string, value: unknown) => string): Encode =>
  ([, , name, traits, shape], input) => {
    const [method, template]: unknown[] = isObject(traits) && Array.isArray(traits["http"]) ? traits["http"] : [];
    const given = isObject(input) ? input : {};
    const places = placesOf(shape);
    const headers: Record<string, string> = { ...signed(service) };
    const query = new URLSearchParams();
    const rest: Record<string, unknown> = {};
    let payload: unknown;
    for (const [member, value] of Object.entries(given)) {
      const place = places.get(member) ?? {};
      const text = typeof value === "string" ? value : JSON.stringify(value);
      // The length is the HTTP client's to tell.
      if (place.label || text === undefined || place.header === "Content-Length") continue;
      if (place.query !== undefined) query.append(place.query, text);
      else if (place.header !== undefined) headers[place.header] = headerText(text);
      else if (place.payload) payload = value;
      else rest[member] = value;
    }
    const path = String(template).replaceAll(/\{(\w+)\+?\}/g, (_, member: string) => {
      const value = given[member];
      return encodeURIComponent(typeof value === "string" ? value.toWellFormed() : (JSON.stringify(value) ?? ""));
    });
    // S3's model leaves the bucket to the host name.
    const bucket = given["Bucket"];
    const place = service === "s3" && typeof bucket === "string" ? `/${encodeURIComponent(bucket.toWellFormed())}` : "";
    const asked = query.size > 0 ? `${path.includes("?") ? "&" : "?"}${query.toString()}` : "";
    const body = write(String(name), payload ?? rest);
    const bare = method === "GET" || method === "HEAD";
    return { method: String(method), path: `${place}${path}${asked}` || "/", headers, body: bare ? "" : body };
  };

function placesOf(shape: unknown) {
  const structure: unknown = typeof shape === "function" ? shape() : shape;
  const [, , , , names, refs]: unknown[] = Array.isArray(structure) ? structure : [];
  const places = new Map<string, { label?: boolean; query?: string; header?: string; payload?: boolean }>();
  if (!Array.isArray(names) || !Array.isArray(refs)) return places;
  for (const [index, member] of names.entries()) {
    const ref: unknown = refs[index];
    const traits: unknown = Array.isArray(ref) && ref.length < 4 ? ref[1] : undefined;
    if (traits === 1) places.set(String(member), { label: true });
    if (!isObject(traits)) continue;
    places.set(String(member), {
      ...(typeof traits["httpQuery"] === "string" ? { query: traits["httpQuery"] } : {}),
      ...(typeof traits["httpHeader"] === "string" ? { header: traits["httpHeader"] } : {}),
      ...(traits["httpPayload"] ? { payload: true } : {}),
    });
  }
  return places;
}

/** What a header can carry at all. */
const headerText = (text: string) => text.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, 2000);

export function xmlOf(name: string, value: unknown): string {
  if (typeof value === "string") return value;
  return `<${name}>${elements(value)}</${name}>`;
}

function elements(value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => `<member>${elements(item)}</member>`).join("");
  if (!isObject(value)) return String(value);
  return Object.entries(value)
    .map(([name, item]) => (/^\w+$/.test(name) ? `<${name}>${elements(item)}</${name}>` : ""))
    .join("");
}

/** Harms a request that was whole: what a broken client, proxy or attacker sends. */
export const harm: fc.Arbitrary<(request: WireRequest) => WireRequest> = fc.oneof(
  fc.constant((request: WireRequest) => request),
  fc.constant((request: WireRequest) => request),
  fc.nat(2000).map((at) => (request: WireRequest) => ({ ...request, body: bytesOf(request).subarray(0, at) })),
  fc.tuple(fc.nat(2000), fc.integer({ min: 0, max: 255 })).map(([at, byte]) => (request: WireRequest) => {
    const body = Uint8Array.from(bytesOf(request));
    if (at < body.length) body[at] = byte;
    return { ...request, body };
  }),
  fc.uint8Array({ maxLength: 200 }).map((body) => (request: WireRequest) => ({ ...request, body })),
  fc
    .constantFrom(
      { "content-encoding": "gzip" },
      { "content-encoding": "br" },
      { "content-type": "text/plain" },
      { "content-md5": "AAAA" },
      { "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" },
      { "x-amz-target": "AmazonSQS" },
      { "x-amz-target": "." },
      { "x-amz-target": "DynamoDB_20120810.__proto__" },
      { "smithy-protocol": "rpc-v2-cbor" },
      { authorization: "AWS4-HMAC-SHA256 Credential=" },
      { authorization: "Basic eDp5" },
    )
    .map((more: Record<string, string>) => (request: WireRequest) => ({
      ...request,
      headers: { ...request.headers, ...more },
    })),
  fc.integer({ min: 1, max: 20_000 }).map((depth) => (request: WireRequest) => ({
    ...request,
    body: `{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`,
  })),
);

function bytesOf({ body }: WireRequest): Uint8Array {
  return typeof body === "string" ? Buffer.from(body) : body;
}
