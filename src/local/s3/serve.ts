import { AwsError, type LocalContext } from "../context.ts";
import { type Exchange, noteError } from "../exchange.ts";
import { checkAccess, checkOwner, presignedHeaders } from "./access.ts";
import { parseAddress } from "./address.ts";
import type { Call } from "./call.ts";
import { allowOrigin, preflight } from "./cors.ts";
import { findAction } from "./routes.ts";
import { toXml, type XmlValue } from "./xml.ts";

/** Serves one S3 request, errors included. */
export async function serve(
  ctx: LocalContext,
  parts: Pick<Call, "catalog" | "bodies" | "allowedOrigins">,
  exchange: Exchange,
): Promise<void> {
  const { req, res } = exchange;
  res.setHeader("x-amz-request-id", exchange.requestId);
  res.setHeader("server", "AmazonS3");
  try {
    const address = parseAddress(req.headers.host, req.url ?? "/");
    const query = exchange.url.searchParams;
    const headers = presignedHeaders(query, req.headers);
    const call: Call = { ctx, ...parts, exchange, method: req.method ?? "GET", ...address, query, headers };
    allowOrigin(call);
    if (call.method === "OPTIONS") return preflight(call);
    checkAccess(call);
    checkOwner(call);
    await findAction(call)(call);
  } catch (error) {
    sendError(exchange, error);
  }
}

function sendError(exchange: Exchange, error: unknown): void {
  const { req, res } = exchange;
  noteError(exchange, error);
  if (res.headersSent || res.destroyed) return void res.destroy();
  const known =
    error instanceof AwsError
      ? error
      : new AwsError("InternalError", "We encountered an internal error. Please try again.", { status: 500 });
  if (req.method === "HEAD") {
    res.writeHead(known.status);
    return void res.end();
  }
  const payload = toXml("Error", {
    Code: known.code,
    Message: known.message,
    ...Object.fromEntries(
      Object.entries(known.members).map(([name, value]): [string, XmlValue] => [name, String(value)]),
    ),
    Resource: exchange.url.pathname,
    RequestId: exchange.requestId,
  });
  res.writeHead(known.status, {
    "content-type": "application/xml",
    "content-length": String(Buffer.byteLength(payload)),
  });
  res.end(payload);
}
