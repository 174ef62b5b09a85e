import { AwsError } from "../context.ts";
import { type Call, header, sendEmpty } from "./call.ts";

const EXPOSED =
  "ETag, Content-Range, x-amz-request-id, x-amz-checksum-crc32, x-amz-checksum-crc64nvme, x-amz-checksum-sha256";

const LOCAL_ORIGIN = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\]|[a-z0-9.-]+\.localhost)(:\d+)?$/i;

/** Pages served from this machine may use presigned URLs; signatures are not verified, so no other page may unasked. */
function allowedOrigin(call: Call): string | undefined {
  const origin = header(call, "origin");
  return origin !== undefined && (LOCAL_ORIGIN.test(origin) || call.allowedOrigins.includes(origin))
    ? origin
    : undefined;
}

/** Sets the headers by which a browser lets its page read the response. */
export function allowOrigin(call: Call): void {
  const origin = allowedOrigin(call);
  if (origin === undefined) return;
  const { res } = call.exchange;
  res.setHeader("access-control-allow-origin", origin);
  res.setHeader("access-control-expose-headers", EXPOSED);
  res.setHeader("vary", "Origin");
}

/** Answers a browser's preflight. @throws AwsError `AccessForbidden` for pages from elsewhere. */
export function preflight(call: Call): void {
  if (allowedOrigin(call) === undefined) {
    throw new AwsError("AccessForbidden", "CORSResponse: This CORS request is not allowed.", { status: 403 });
  }
  sendEmpty(call, 200, {
    "access-control-allow-methods": "GET, PUT, POST, DELETE, HEAD",
    "access-control-allow-headers": header(call, "access-control-request-headers") ?? "*",
    "access-control-max-age": "3000",
  });
}
