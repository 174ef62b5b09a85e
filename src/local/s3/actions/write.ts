import { attributesOf, checksumHeaders, quote } from "../attributes.ts";
import { type Call, requireBucket, sendEmpty, sendXml } from "../call.ts";
import { checkWrite } from "../conditions.ts";
import { malformedXml, notImplemented } from "../errors.ts";
import { receiveBody, requestedAlgorithm } from "../receive.ts";
import { elements, rootOf, textOf } from "../xml.ts";

/** Objects one DeleteObjects may name. */
const MAX_DELETES = 1000;

export async function putObject(call: Call): Promise<void> {
  requireBucket(call);
  const attributes = attributesOf(call);
  const algorithm = requestedAlgorithm(call);
  // Once before the body, to spare it; once after, when nothing can come between.
  checkWrite(call, call.catalog.object(call.bucket, call.key));
  const body = await receiveBody(call, algorithm);
  try {
    requireBucket(call);
    checkWrite(call, call.catalog.object(call.bucket, call.key));
    call.catalog.saveObject({
      bucket: call.bucket,
      key: call.key,
      blob: body.blob,
      size: body.size,
      etag: body.md5,
      modified: call.ctx.clock.now(),
      attributes: { ...attributes, ...(body.checksum ? { checksum: body.checksum } : {}) },
    });
  } finally {
    call.bodies.settle(body.blob);
  }
  sendEmpty(call, 200, {
    etag: quote(body.md5),
    "x-amz-server-side-encryption": attributes.encryption,
    ...checksumHeaders(body.checksum),
  });
}

/** Succeeds whether or not the object was there. */
export function deleteObject(call: Call): void {
  requireBucket(call);
  if (call.headers["if-match"] !== undefined) checkWrite(call, call.catalog.object(call.bucket, call.key));
  call.catalog.removeObject(call.bucket, call.key);
  call.bodies.collect();
  sendEmpty(call, 204);
}

export async function deleteObjects(call: Call): Promise<void> {
  requireBucket(call);
  const request = rootOf(await call.exchange.body(), "Delete");
  const keys = elements(request, "Object").map((object) => {
    const key = textOf(object, "Key");
    if (key === undefined || key === "") throw malformedXml();
    if ((textOf(object, "VersionId") ?? "null") !== "null") throw notImplemented("object versions");
    return key;
  });
  if (keys.length === 0 || keys.length > MAX_DELETES) throw malformedXml();
  call.catalog.transaction(() => {
    for (const key of keys) call.catalog.removeObject(call.bucket, key);
  });
  call.bodies.collect();
  const quiet = textOf(request, "Quiet") === "true";
  sendXml(call, "DeleteResult", quiet ? {} : { Deleted: keys.map((Key) => ({ Key })) });
}
