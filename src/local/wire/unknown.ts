import type { Exchange } from "../exchange.ts";

/** Answers a call to a service that is not offered, with an error in the protocol it was made in: never a wrong success. */
export function refuseUnknown(exchange: Exchange, service: string): void {
  const { req, res, requestId } = exchange;
  if (res.headersSent || res.destroyed) return;
  const code = "UnknownOperationException";
  const message = `The local stack does not offer ${service}.`;
  const headers = { "x-amzn-requestid": requestId, "x-amzn-errortype": code };
  const [type, body] = encode(exchange, code, message);
  if (type === "application/cbor") res.setHeader("smithy-protocol", "rpc-v2-cbor");
  res.writeHead(req.headers["x-amz-target"] || type === "text/xml" ? 400 : 404, {
    ...headers,
    "content-type": type,
    "content-length": body.length,
  });
  res.end(body);
}

function encode({ req, requestId }: Exchange, code: string, message: string): [string, Buffer] {
  if (req.headers["smithy-protocol"] === "rpc-v2-cbor") return ["application/cbor", cborMap({ __type: code, message })];
  if (req.headers["content-type"]?.startsWith("application/x-www-form-urlencoded"))
    return ["text/xml", Buffer.from(queryError(code, message, requestId))];
  const type = req.headers["x-amz-target"]
    ? (req.headers["content-type"] ?? "application/x-amz-json-1.0")
    : "application/json";
  return [type, Buffer.from(JSON.stringify({ __type: code, message }))];
}

/** An error of the query protocol. */
export function queryError(
  code: string,
  message: string,
  requestId: string,
  type: "Sender" | "Receiver" = "Sender",
): string {
  return (
    `<ErrorResponse><Error><Type>${type}</Type><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message></Error>` +
    `<RequestId>${escapeXml(requestId)}</RequestId></ErrorResponse>`
  );
}

export function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** CBOR (RFC 8949) of a map of texts, each under 64 KiB. */
function cborMap(entries: Record<string, string>): Buffer {
  const pairs = Object.entries(entries).flatMap(([key, value]) => [cborText(key), cborText(value)]);
  return Buffer.concat([Buffer.from([0xa0 | (pairs.length / 2)]), ...pairs]);
}

function cborText(text: string): Buffer {
  const bytes = Buffer.from(text, "utf8");
  const head =
    bytes.length < 24
      ? [0x60 | bytes.length]
      : bytes.length < 256
        ? [0x78, bytes.length]
        : [0x79, bytes.length >> 8, bytes.length & 255];
  return Buffer.concat([Buffer.from(head), bytes]);
}
