import type { Exchange } from "../exchange.ts";
import { encodeCbor } from "./cbor.ts";
import { queryError, storageError } from "./xml-error.ts";

export interface ErrorAnswer {
  code: string;
  message: string;
  status: number;
}

/** How a caller expects its errors: each is a protocol of some service of AWS, `gateway` API Gateway's own. */
type Protocol = "json" | "cbor" | "query" | "s3" | "rest" | "gateway";

/** What AWS calls a failure that is not the caller's, where it is not `InternalFailure`. */
const FAILURE_CODES: Partial<Record<Protocol, string>> = { s3: "InternalError", rest: "ServiceException" };

/**
 * Answers with an error in the protocol of the request, for those errors that no service answers: a client reads an
 * answer in another protocol as one without code and message.
 */
export function answerError(exchange: Exchange, error: ErrorAnswer): void {
  const { res, requestId } = exchange;
  if (res.headersSent || res.destroyed) return void res.destroy();
  const protocol = protocolOf(exchange);
  const [type, body] = encode(exchange, protocol, error);
  if (protocol === "cbor") res.setHeader("smithy-protocol", "rpc-v2-cbor");
  if (protocol !== "gateway") {
    res.setHeader(protocol === "s3" ? "x-amz-request-id" : "x-amzn-requestid", requestId);
    res.setHeader("x-amzn-errortype", error.code);
  }
  res.writeHead(error.status, { "content-type": type, "content-length": body.length });
  res.end(exchange.req.method === "HEAD" ? undefined : body);
}

/** Answers what failed for a reason of the stack's own. */
export function answerFailure(exchange: Exchange): void {
  const code = FAILURE_CODES[protocolOf(exchange)] ?? "InternalFailure";
  answerError(exchange, { code, message: "The local stack failed on this request.", status: 500 });
}

function protocolOf({ req, scope, url }: Exchange): Protocol {
  if (req.headers["x-amz-target"] !== undefined) return "json";
  if (req.headers["smithy-protocol"] === "rpc-v2-cbor") return "cbor";
  if (scope.service === "s3" || url.searchParams.has("AWSAccessKeyId")) return "s3";
  if (scope.service === "execute-api") return "gateway";
  if (req.headers["content-type"]?.startsWith("application/x-www-form-urlencoded")) return "query";
  return scope.service !== undefined || /^\/20\d\d-\d\d-\d\d\//.test(url.pathname) ? "rest" : "gateway";
}

function encode(
  { req, url, requestId }: Exchange,
  protocol: Protocol,
  { code, message, status }: ErrorAnswer,
): [type: string, body: Buffer] {
  switch (protocol) {
    case "cbor":
      return ["application/cbor", encodeCbor({ __type: code, message })];
    case "query":
      return ["text/xml", Buffer.from(queryError(code, message, requestId, status < 500 ? "Sender" : "Receiver"))];
    case "s3":
      return ["application/xml", Buffer.from(storageError({ code, message, resource: url.pathname, requestId }))];
    case "json":
      return [jsonType(req.headers["content-type"]), json({ __type: code, message })];
    case "rest":
      return ["application/json", json({ __type: code, message })];
    case "gateway":
      return ["application/json", json({ message })];
  }
}

/** The caller's version of the protocol, where it names one. */
function jsonType(asked = ""): string {
  return /^application\/x-amz-json-1\.[01]$/.test(asked) ? asked : "application/x-amz-json-1.0";
}

function json(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}
