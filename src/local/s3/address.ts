import { AwsError } from "../context.ts";

/** Bytes of a key at most. */
const MAX_KEY = 1024;

/**
 * Finds bucket and key of a request: by path (`/bucket/key`) or by host (`bucket.localhost`, `bucket.s3.localhost`).
 * @param target the request's target as it came: a parsed URL has lost dots and doubled slashes, which keys may hold.
 * @throws AwsError `InvalidURI`, `KeyTooLongError`.
 */
export function parseAddress(host: string | undefined, target: string): { bucket: string; key: string } {
  const path = decodePath(target.split("?", 1)[0] ?? "/").slice(1);
  const named = bucketOfHost(host);
  const slash = path.indexOf("/");
  const bucket = named ?? (slash < 0 ? path : path.slice(0, slash));
  const key = named === undefined ? (slash < 0 ? "" : path.slice(slash + 1)) : path;
  if (Buffer.byteLength(key) > MAX_KEY) {
    throw new AwsError("KeyTooLongError", "Your key is too long", {
      members: { Size: Buffer.byteLength(key), MaxSizeAllowed: MAX_KEY },
    });
  }
  return { bucket, key };
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new AwsError("InvalidURI", "Couldn't parse the specified URI.");
  }
}

/** @returns the bucket that the host names; undefined for the endpoint itself. */
function bucketOfHost(host: string | undefined): string | undefined {
  const name = (host ?? "").replace(/:\d+$/, "").toLowerCase();
  if (!name.endsWith(".localhost")) return undefined;
  const bucket = name.slice(0, -".localhost".length).replace(/(^|\.)s3([.-][a-z0-9-]+)?$/, "");
  return bucket === "" ? undefined : bucket;
}
