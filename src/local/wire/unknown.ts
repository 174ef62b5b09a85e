import type { Exchange } from "../exchange.ts";
import { encodeCbor } from "./cbor.ts";

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
  if (req.headers["smithy-protocol"] === "rpc-v2-cbor")
    return ["application/cbor", encodeCbor({ __type: code, message })];
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
  // A bare carriage return would reach the reader as a line feed.
  return text.replace(/[<>&"'\r]/g, (char) => `&#${char.charCodeAt(0)};`);
}
