import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { AwsError } from "../context.ts";
import { type Exchange, noteError } from "../exchange.ts";
import { decodeCbor, encodeCbor } from "../wire/cbor.ts";
import { isObject } from "../wire/objects.ts";
import { parseQuery, writeXml } from "../wire/query.ts";
import { queryError } from "../wire/xml-error.ts";
import { malformed } from "./errors.ts";
import { Input } from "./input.ts";

/*
 * CloudWatch is spoken in three protocols: AWS JSON 1.0 (SDK for JavaScript, botocore, AWS CLI), Smithy's RPC v2 CBOR
 * (SDKs for Go, Java, Rust) and the query protocol (what is older). Each is a codec; all else is the same for them.
 */

const TARGET = "GraniteServiceVersion20100801";
const VERSION = "2010-08-01";
const NAMESPACE = "com.amazonaws.cloudwatch";
const XML_NAMESPACE = `http://monitoring.amazonaws.com/doc/${VERSION}/`;
/** AWS takes a megabyte in a POST; unpacked it may be more. */
const MAX_BODY = 1024 * 1024;
const MAX_UNPACKED = 16 * 1024 * 1024;

const unpack = promisify(gunzip);

interface Codec {
  contentType: string;
  headers?: Record<string, string>;
  /** @returns the operation's name and what was asked of it. */
  parse(exchange: Exchange, body: Buffer): { operation: string; input: Input };
  unknown(operation: string): AwsError;
  result(operation: string, value: object | undefined, requestId: string): string | Buffer;
  error(error: AwsError, requestId: string): string | Buffer;
}

const unknownOperation = (operation: string) =>
  new AwsError(
    "UnknownOperationException",
    `The local stack does not offer CloudWatch's ${operation || "operation"}.`,
    {
      queryCode: "UnknownOperation",
    },
  );

const JSON_CODEC: Codec = {
  contentType: "application/x-amz-json-1.0",
  parse({ req }, body) {
    const [, operation = ""] = String(req.headers["x-amz-target"]).split(`${TARGET}.`);
    return { operation, input: new Input(parseJson(body)) };
  },
  unknown: unknownOperation,
  result: (_operation, value = {}) => JSON.stringify(jsonOf(value)),
  error: (error) => JSON.stringify(errorBody(error)),
};

const CBOR_CODEC: Codec = {
  contentType: "application/cbor",
  headers: { "smithy-protocol": "rpc-v2-cbor" },
  parse({ url }, body) {
    const operation = /\/operation\/([^/]+)$/.exec(url.pathname)?.[1] ?? "";
    const value = body.length === 0 ? {} : decodeCbor(body);
    if (!isObject(value)) throw malformed("The request body is not a structure.");
    return { operation, input: new Input(value) };
  },
  unknown: unknownOperation,
  result: (_operation, value = {}) => encodeCbor(value),
  error: (error) => encodeCbor(errorBody(error)),
};

const QUERY_CODEC: Codec = {
  contentType: "text/xml",
  parse({ req, url }, body) {
    const fields = parseQuery(req.method === "POST" ? new URLSearchParams(body.toString("utf8")) : url.searchParams);
    const action = fields["Action"];
    return { operation: typeof action === "string" ? action : "", input: new Input(fields, true) };
  },
  unknown: (operation) =>
    new AwsError("InvalidAction", `Could not find operation ${operation || "(none)"} for version ${VERSION}`),
  result(operation, value, requestId) {
    const result = value ? `<${operation}Result>${writeXml(value)}</${operation}Result>` : "";
    return `<${operation}Response xmlns="${XML_NAMESPACE}">${result}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`;
  },
  error: (error, requestId) =>
    queryError(error.queryCode ?? error.code, error.message, requestId, error.status < 500 ? "Sender" : "Receiver"),
};

export interface CloudWatchProtocol {
  /** Absent for what is not offered. */
  action(operation: string): ((input: Input) => object | undefined) | undefined;
  /** An operation was asked for that is not offered. */
  onUnknown(operation: string): void;
}

/** Serves one request in the protocol it came in, errors included. */
export async function serveCloudWatch(exchange: Exchange, protocol: CloudWatchProtocol): Promise<void> {
  const codec = codecOf(exchange);
  try {
    const { operation, input } = codec.parse(exchange, await readBody(exchange));
    const action = protocol.action(operation);
    if (!action) {
      protocol.onUnknown(operation);
      throw codec.unknown(operation);
    }
    send(exchange, codec, 200, codec.result(operation, action(input), exchange.requestId));
  } catch (error) {
    noteError(exchange, error);
    const known =
      error instanceof AwsError
        ? error
        : new AwsError("InternalServiceFault", "The local stack failed on this request.", {
            status: 500,
            queryCode: "InternalServiceError",
          });
    const headers: Record<string, string> = { "x-amzn-errortype": known.code };
    if (known.queryCode)
      headers["x-amzn-query-error"] = `${known.queryCode};${known.status < 500 ? "Sender" : "Receiver"}`;
    send(exchange, codec, known.status, codec.error(known, exchange.requestId), headers);
  }
}

function codecOf({ req }: Exchange): Codec {
  if (req.headers["x-amz-target"] !== undefined) return JSON_CODEC;
  return req.headers["smithy-protocol"] === "rpc-v2-cbor" ? CBOR_CODEC : QUERY_CODEC;
}

async function readBody(exchange: Exchange): Promise<Buffer> {
  const body = await exchange.body(MAX_BODY);
  const encoding = exchange.req.headers["content-encoding"];
  if (encoding === undefined || encoding === "identity") return body;
  if (encoding !== "gzip") throw malformed(`The content encoding ${encoding} is not supported.`);
  try {
    return await unpack(body, { maxOutputLength: MAX_UNPACKED });
  } catch {
    throw malformed("The request body is not valid gzip.");
  }
}

function parseJson(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    if (isObject(value)) return value;
  } catch {
    // Told below.
  }
  throw malformed("The request body is not a JSON object.");
}

/** JSON has no dates: they are epoch seconds. */
function jsonOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(jsonOf);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(entries.map(([name, item]) => [String(name), jsonOf(item)]));
}

function errorBody(error: AwsError): Record<string, unknown> {
  return { __type: `${NAMESPACE}#${error.code}`, message: error.message, ...error.members };
}

function send(
  { res, requestId }: Exchange,
  codec: Codec,
  status: number,
  body: string | Buffer,
  headers: Record<string, string> = {},
): void {
  if (res.headersSent || res.destroyed) return;
  res.writeHead(status, {
    "content-type": codec.contentType,
    "content-length": Buffer.byteLength(body),
    "x-amzn-requestid": requestId,
    ...codec.headers,
    ...headers,
  });
  res.end(body);
}
