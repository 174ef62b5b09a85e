import { type Call, requireBucket, sendXml } from "../call.ts";
import { invalidArgument } from "../errors.ts";
import type { ObjectRow } from "../types.ts";
import type { XmlValue } from "../xml.ts";

const MAX_KEYS = 1000;
/** Sorts after every key that goes on from where it stands. */
const LAST = "\u{10ffff}";

interface Listing {
  objects: ObjectRow[];
  prefixes: string[];
  /** The last key or prefix of the page, when more follow. */
  next?: string;
}

export function listObjectsV2(call: Call): void {
  requireBucket(call);
  const { query } = call;
  const token = query.get("continuation-token");
  const startAfter = query.get("start-after") ?? "";
  const limit = maxKeys(query);
  const listing = list(call, limit, token === null ? startAfter : decodeToken(token));
  const encode = encoder(query);
  sendXml(call, "ListBucketResult", {
    Name: call.bucket,
    ...common(call, listing, limit, query.get("fetch-owner") === "true"),
    KeyCount: listing.objects.length + listing.prefixes.length,
    ContinuationToken: token ?? undefined,
    NextContinuationToken: listing.next === undefined ? undefined : encodeToken(listing.next),
    StartAfter: startAfter === "" ? undefined : encode(startAfter),
  });
}

export function listObjectsV1(call: Call): void {
  requireBucket(call);
  const { query } = call;
  const limit = maxKeys(query);
  const listing = list(call, limit, query.get("marker") ?? "");
  const encode = encoder(query);
  // S3 gives the next marker only with a delimiter; without one, it is the last key.
  const marker = query.get("delimiter") ? listing.next : undefined;
  sendXml(call, "ListBucketResult", {
    Name: call.bucket,
    ...common(call, listing, limit, true),
    Marker: encode(query.get("marker") ?? ""),
    NextMarker: marker === undefined ? undefined : encode(marker),
  });
}

/** Nothing is versioned: of each object there is the one without a version's id. */
export function listObjectVersions(call: Call): void {
  requireBucket(call);
  const { query } = call;
  const limit = maxKeys(query);
  const marker = query.get("key-marker") ?? "";
  const version = query.get("version-id-marker") ?? "";
  if (version !== "" && marker === "")
    throw invalidArgument(
      "A version-id marker cannot be specified without a key marker.",
      "version-id-marker",
      version,
    );
  const listing = list(call, limit, marker);
  const encode = encoder(query);
  const { Contents, ...rest } = common(call, listing, limit, true);
  const cut = listing.next !== undefined;
  sendXml(call, "ListVersionsResult", {
    Name: call.bucket,
    ...rest,
    KeyMarker: encode(marker),
    VersionIdMarker: version,
    NextKeyMarker: listing.next === undefined ? undefined : encode(listing.next),
    NextVersionIdMarker: cut && listing.objects.at(-1)?.key === listing.next ? "null" : undefined,
    Version: (Array.isArray(Contents) ? Contents : []).map((object) => ({
      ...(typeof object === "object" && !Array.isArray(object) ? object : {}),
      VersionId: "null",
      IsLatest: true,
    })),
  });
}

function common(call: Call, listing: Listing, limit: number, withOwner: boolean): { [element: string]: XmlValue } {
  const encode = encoder(call.query);
  const delimiter = call.query.get("delimiter");
  return {
    Prefix: encode(call.query.get("prefix") ?? ""),
    Delimiter: delimiter ? encode(delimiter) : undefined,
    MaxKeys: limit,
    EncodingType: call.query.get("encoding-type") ?? undefined,
    IsTruncated: listing.next !== undefined,
    Contents: listing.objects.map((object) => ({
      Key: encode(object.key),
      LastModified: new Date(object.modified).toISOString(),
      ETag: `"${object.etag}"`,
      ChecksumAlgorithm: object.attributes.checksum?.algorithm.toUpperCase(),
      ChecksumType: object.attributes.checksum?.type,
      Size: object.size,
      StorageClass: "STANDARD",
      Owner: withOwner ? { ID: call.ctx.accountId, DisplayName: "local" } : undefined,
    })),
    CommonPrefixes: listing.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  };
}

/** One page of the keys after `after`; those that go on beyond a delimiter are rolled up into their common prefix. */
function list(call: Call, limit: number, after: string): Listing {
  const prefix = call.query.get("prefix") ?? "";
  const delimiter = call.query.get("delimiter") ?? "";
  const listing: Listing = { objects: [], prefixes: [] };
  if (limit === 0) return listing;
  let from = startOf(after, prefix, delimiter);
  let last = "";
  for (;;) {
    let jump: string | undefined;
    for (const object of call.catalog.objectsFrom(call.bucket, from, prefix + LAST)) {
      const group = commonPrefix(object.key, prefix, delimiter);
      if (listing.objects.length + listing.prefixes.length === limit) return { ...listing, next: last };
      last = group ?? object.key;
      if (group === undefined) {
        listing.objects.push(object);
        continue;
      }
      listing.prefixes.push(group);
      jump = group + LAST;
      break;
    }
    // The keys below a common prefix need not be read: go on behind them.
    if (jump === undefined) return listing;
    from = jump;
  }
}

function startOf(after: string, prefix: string, delimiter: string): string {
  if (after === "" || after < prefix) return prefix;
  // A page that ended with a common prefix has told all below it.
  const group = commonPrefix(after, prefix, delimiter);
  return group === after ? group + LAST : `${after}\u0000`;
}

function commonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === "" || !key.startsWith(prefix)) return undefined;
  const end = key.indexOf(delimiter, prefix.length);
  return end < 0 ? undefined : key.slice(0, end + delimiter.length);
}

function maxKeys(query: URLSearchParams): number {
  const text = query.get("max-keys");
  if (text === null || text === "") return MAX_KEYS;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 0)
    throw invalidArgument("Provided max-keys not an integer or within integer range", "max-keys", text);
  return Math.min(limit, MAX_KEYS);
}

/** With `encoding-type=url`, keys travel URL-encoded, because XML cannot hold every character. */
function encoder(query: URLSearchParams): (text: string) => string {
  const type = query.get("encoding-type");
  if (type !== null && type !== "url")
    throw invalidArgument("Invalid Encoding Method specified in Request", "encoding-type", type);
  return type === null ? (text) => text : (text) => encodeURIComponent(text).replaceAll("%2F", "/");
}

const encodeToken = (key: string) => Buffer.from(key, "utf8").toString("base64url");

function decodeToken(token: string): string {
  const key = Buffer.from(token, "base64url").toString("utf8");
  if (key === "" || encodeToken(key) !== token)
    throw invalidArgument("The continuation token provided is incorrect", "continuation-token", token);
  return key;
}
