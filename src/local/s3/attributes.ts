import { AwsError } from "../context.ts";
import { type Call, header } from "./call.ts";
import { notImplemented } from "./errors.ts";
import type { Checksum, ObjectAttributes, ObjectRow } from "./types.ts";

const KEPT = [
  "content-type",
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "expires",
  // Told to every reader; nothing is encrypted.
  "x-amz-server-side-encryption-aws-kms-key-id",
  "x-amz-server-side-encryption-bucket-key-enabled",
];
const USER_PREFIX = "x-amz-meta-";
/** Bytes of names and values together. */
const MAX_METADATA = 2048;

/** Headers whose loss would change what the caller meant. */
const REFUSED: readonly [prefix: string, what: string][] = [
  ["x-amz-tagging", "object tags"],
  ["x-amz-object-lock-", "object lock"],
  ["x-amz-server-side-encryption-customer-", "encryption with customer-provided keys"],
  ["x-amz-grant-", "access control lists"],
  ["x-amz-website-redirect-location", "website redirects"],
  ["x-amz-write-offset-bytes", "appending to objects"],
];
const ACLS = ["private", "bucket-owner-full-control"];

/** Reads what a request to write an object says of it. @throws AwsError `NotImplemented`, `MetadataTooLarge`. */
export function attributesOf(call: Call): ObjectAttributes {
  refuseUnkept(call);
  const headers: Record<string, string> = {};
  for (const name of KEPT) {
    const value = name === "content-encoding" ? withoutChunked(header(call, name)) : header(call, name);
    if (value !== undefined) headers[name] = value;
  }
  headers["content-type"] ??= "binary/octet-stream";
  const metadata: Record<string, string> = {};
  let size = 0;
  for (const name of Object.keys(call.headers)) {
    if (!name.startsWith(USER_PREFIX)) continue;
    const value = header(call, name) ?? "";
    metadata[name.slice(USER_PREFIX.length)] = value;
    size += name.length - USER_PREFIX.length + value.length;
  }
  if (size > MAX_METADATA) {
    throw new AwsError("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size", {
      members: { MaxSizeAllowed: MAX_METADATA, Size: size },
    });
  }
  return { headers, metadata, encryption: header(call, "x-amz-server-side-encryption") ?? "AES256" };
}

/** @throws AwsError for headers that ask for what is not kept. */
export function refuseUnkept(call: Call): void {
  for (const [prefix, what] of REFUSED) {
    if (Object.keys(call.headers).some((name) => name.startsWith(prefix))) throw notImplemented(what);
  }
  const storageClass = header(call, "x-amz-storage-class") ?? "STANDARD";
  if (storageClass !== "STANDARD") throw notImplemented(`the storage class ${storageClass}`);
  const acl = header(call, "x-amz-acl");
  if (acl !== undefined && !ACLS.includes(acl))
    throw new AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs");
}

/** `aws-chunked` is how the body travels, not what the object is. */
function withoutChunked(encoding: string | undefined): string | undefined {
  const kept = encoding
    ?.split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "aws-chunked" && coding !== "");
  return kept && kept.length > 0 ? kept.join(",") : undefined;
}

export function checksumHeaders(checksum: Checksum | undefined): Record<string, string> {
  return checksum
    ? { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value, "x-amz-checksum-type": checksum.type }
    : {};
}

/** Members of a response's XML, such as `ChecksumCRC32`. */
export function checksumMembers(checksum: Checksum | undefined): Record<string, string> {
  return checksum
    ? { [`Checksum${checksum.algorithm.toUpperCase()}`]: checksum.value, ChecksumType: checksum.type }
    : {};
}

/** Headers of a response that describes an object. */
export function describingHeaders(object: ObjectRow): Record<string, string> {
  const { headers, metadata, encryption } = object.attributes;
  return {
    ...headers,
    ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [USER_PREFIX + name, value])),
    etag: quote(object.etag),
    "last-modified": new Date(object.modified).toUTCString(),
    "accept-ranges": "bytes",
    "x-amz-server-side-encryption": encryption,
  };
}

export const quote = (etag: string) => `"${etag}"`;
export const unquote = (etag: string) => etag.trim().replace(/^"|"$/g, "");
