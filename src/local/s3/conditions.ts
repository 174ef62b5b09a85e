import { AwsError } from "../context.ts";
import { unquote } from "./attributes.ts";
import { type Call, header } from "./call.ts";
import { noSuchKey, preconditionFailed } from "./errors.ts";
import type { ObjectRow } from "./types.ts";

/**
 * Judges the conditional headers of a read, in the order of RFC 9110.
 * @param prefix of the headers' names; copies have their own.
 * @returns true when the reader has this object already (304).
 * @throws AwsError `PreconditionFailed`.
 */
export function isUnmodified(call: Call, object: ObjectRow, prefix = ""): boolean {
  const match = header(call, `${prefix}if-match`);
  const noneMatch = header(call, `${prefix}if-none-match`);
  // HTTP dates know no fractions of a second.
  const modified = Math.floor(object.modified / 1000) * 1000;
  if (match !== undefined) {
    if (!lists(match, object.etag)) throw preconditionFailed("If-Match");
  } else {
    const unmodifiedSince = dateOf(call, `${prefix}if-unmodified-since`);
    if (unmodifiedSince !== undefined && modified > unmodifiedSince) throw preconditionFailed("If-Unmodified-Since");
  }
  if (noneMatch !== undefined) return lists(noneMatch, object.etag);
  const modifiedSince = dateOf(call, `${prefix}if-modified-since`);
  return modifiedSince !== undefined && modified <= modifiedSince;
}

/**
 * Judges the conditional headers of a write: `If-None-Match: *` and `If-Match: <etag>`.
 * @throws AwsError `PreconditionFailed`, `NoSuchKey`, `NotImplemented`.
 */
export function checkWrite(call: Call, existing: ObjectRow | undefined): void {
  const noneMatch = header(call, "if-none-match");
  if (noneMatch !== undefined && noneMatch !== "*") {
    throw new AwsError("NotImplemented", "A header you provided implies functionality that is not implemented", {
      status: 501,
      members: { Header: "If-None-Match" },
    });
  }
  if (noneMatch === "*" && existing) throw preconditionFailed("If-None-Match");
  const match = header(call, "if-match");
  if (match === undefined) return;
  if (!existing) throw noSuchKey(call.key);
  if (!lists(match, existing.etag)) throw preconditionFailed("If-Match");
}

function lists(tags: string, etag: string): boolean {
  return tags.split(",").some((entry) => entry.trim() === "*" || unquote(entry.trim().replace(/^W\//, "")) === etag);
}

function dateOf(call: Call, name: string): number | undefined {
  const text = header(call, name);
  const time = text === undefined ? NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
