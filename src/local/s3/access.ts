import type { IncomingHttpHeaders } from "node:http";
import { AwsError } from "../context.ts";
import { type Call, header } from "./call.ts";

/** Longest life of a presigned URL, in seconds. */
const MAX_EXPIRES = 7 * 24 * 3600;
const PRESIGNED = [
  "X-Amz-Algorithm",
  "X-Amz-Credential",
  "X-Amz-Date",
  "X-Amz-Expires",
  "X-Amz-SignedHeaders",
  "X-Amz-Signature",
];

/** The older signature, which boto3 still presigns with in us-east-1. `Expires` is in epoch seconds. */
const PRESIGNED_V2 = ["AWSAccessKeyId", "Expires", "Signature"];

/** Presigned or not: whether the credentials are in the query. */
export function isPresigned(query: URLSearchParams): boolean {
  return query.has("X-Amz-Signature") || query.has("X-Amz-Algorithm");
}

/** Presigners move `x-amz-*` headers into the query; S3 reads them there as if they were headers. */
export function presignedHeaders(query: URLSearchParams, headers: IncomingHttpHeaders): IncomingHttpHeaders {
  if (!isPresigned(query)) return headers;
  const moved = [...query].filter(([name]) => /^x-amz-/i.test(name) && !PRESIGNED.includes(name));
  return { ...Object.fromEntries(moved.map(([name, value]) => [name.toLowerCase(), value])), ...headers };
}

/**
 * Lets in signed requests and presigned URLs that have not expired. Signatures themselves are not verified: any
 * credentials do, as with every local endpoint. Requests without any are refused, as a private bucket does.
 * @throws AwsError `AccessDenied`, `AuthorizationQueryParametersError`.
 */
export function checkAccess(call: Call): void {
  if (isPresigned(call.query)) return checkPresigned(call);
  if (PRESIGNED_V2.every((name) => call.query.has(name)))
    return checkExpiry(call, Number(call.query.get("Expires")) * 1000, {});
  if (!call.headers.authorization?.startsWith("AWS4-HMAC-SHA256 "))
    throw new AwsError("AccessDenied", "Access Denied", { status: 403 });
}

/** Callers may name the account they expect a bucket in; all buckets here are of one. @throws AwsError `AccessDenied`. */
export function checkOwner(call: Call): void {
  for (const name of ["x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"]) {
    const expected = header(call, name);
    if (expected !== undefined && expected !== call.ctx.accountId)
      throw new AwsError("AccessDenied", "Access Denied", { status: 403 });
  }
}

function checkPresigned(call: Call): void {
  if (PRESIGNED.some((name) => !call.query.get(name))) {
    throw queryError(`Query-string authentication version 4 requires the ${PRESIGNED.join(", ")} parameters.`);
  }
  if (call.query.get("X-Amz-Algorithm") !== "AWS4-HMAC-SHA256")
    throw queryError('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"');
  const expires = Number(call.query.get("X-Amz-Expires"));
  if (!Number.isInteger(expires)) throw queryError("X-Amz-Expires should be a number");
  if (expires < 0) throw queryError("X-Amz-Expires must be non-negative");
  if (expires > MAX_EXPIRES)
    throw queryError(
      "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds",
    );
  const signed = parseDate(call.query.get("X-Amz-Date") ?? "");
  if (signed === undefined) throw queryError("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
  checkExpiry(call, signed + expires * 1000, { "X-Amz-Expires": expires });
}

function checkExpiry(call: Call, end: number, members: Record<string, unknown>): void {
  const now = call.ctx.clock.now();
  if (!(Math.abs(end) < 8e15))
    throw new AwsError("AccessDenied", "Invalid date (should be seconds since epoch)", { status: 403 });
  if (now < end) return;
  throw new AwsError("AccessDenied", "Request has expired", {
    status: 403,
    members: { ...members, Expires: new Date(end).toISOString(), ServerTime: new Date(now).toISOString() },
  });
}

function parseDate(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? undefined : time;
}

const queryError = (message: string) => new AwsError("AuthorizationQueryParametersError", message);
