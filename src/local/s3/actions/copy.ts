import { AwsError } from "../../context.ts";
import { attributesOf, checksumMembers, quote, refuseUnkept } from "../attributes.ts";
import { type Call, header, requireBucket, sendXml } from "../call.ts";
import { checkWrite, isUnmodified } from "../conditions.ts";
import {
  invalidArgument,
  noSuchBucket,
  noSuchKey,
  noSuchUpload,
  notImplemented,
  preconditionFailed,
} from "../errors.ts";
import { parseRange } from "../range.ts";
import { requestedAlgorithm } from "../receive.ts";
import type { ObjectAttributes, ObjectRow } from "../types.ts";
import { partNumberOf } from "./multipart.ts";

/** Bytes one copy may take; larger ones go by parts. */
const MAX_COPY = 5 * 1024 ** 3;

export async function copyObject(call: Call): Promise<void> {
  requireBucket(call);
  const source = sourceOf(call);
  const attributes = copiedAttributes(call, source);
  checkWrite(call, call.catalog.object(call.bucket, call.key));
  if (source.size > MAX_COPY)
    throw new AwsError(
      "InvalidRequest",
      "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120",
    );
  const algorithm = requestedAlgorithm(call) ?? source.attributes.checksum?.algorithm;
  const bytes = await call.bodies.read(source.blob, 0, source.size - 1);
  const body = await call.bodies.write(bytes, algorithm ? [algorithm] : []);
  const value = algorithm && body.checksums[algorithm];
  const checksum = algorithm && value ? { algorithm, value, type: "FULL_OBJECT" as const } : undefined;
  const modified = call.ctx.clock.now();
  try {
    requireBucket(call);
    checkWrite(call, call.catalog.object(call.bucket, call.key));
    call.catalog.saveObject({
      bucket: call.bucket,
      key: call.key,
      blob: body.blob,
      size: body.size,
      etag: body.md5,
      modified,
      attributes: { ...attributes, ...(checksum ? { checksum } : {}) },
    });
  } finally {
    call.bodies.settle(body.blob);
  }
  sendXml(
    call,
    "CopyObjectResult",
    { ETag: quote(body.md5), LastModified: new Date(modified).toISOString(), ...checksumMembers(checksum) },
    { "x-amz-server-side-encryption": attributes.encryption },
  );
}

/** UploadPartCopy: a part whose bytes are those of an object, or a range of them. */
export async function copyPart(call: Call): Promise<void> {
  const uploadId = call.query.get("uploadId") ?? "";
  const find = () => {
    const upload = call.catalog.upload(uploadId);
    if (!upload || upload.bucket !== call.bucket || upload.key !== call.key) throw noSuchUpload(uploadId);
    return upload;
  };
  const upload = find();
  const number = partNumberOf(call);
  const source = sourceOf(call);
  const range = parseRange(header(call, "x-amz-copy-source-range"), source.size) ?? { start: 0, end: source.size - 1 };
  const algorithm = upload.checksum?.algorithm;
  const body = await call.bodies.write(
    await call.bodies.read(source.blob, range.start, range.end),
    algorithm ? [algorithm] : [],
  );
  const value = algorithm && body.checksums[algorithm];
  const checksum = algorithm && value ? { algorithm, value, type: "FULL_OBJECT" as const } : undefined;
  const modified = call.ctx.clock.now();
  try {
    find();
    call.catalog.savePart(uploadId, {
      number,
      blob: body.blob,
      size: body.size,
      etag: body.md5,
      modified,
      ...(checksum ? { checksum } : {}),
    });
  } finally {
    call.bodies.settle(body.blob);
  }
  sendXml(call, "CopyPartResult", {
    ETag: quote(body.md5),
    LastModified: new Date(modified).toISOString(),
    ...checksumMembers(checksum),
  });
}

/** The object that `x-amz-copy-source` names. @throws AwsError when it is missing or fails the copy's conditions. */
function sourceOf(call: Call): ObjectRow {
  const text = header(call, "x-amz-copy-source") ?? "";
  const [path = "", version] = text.split("?versionId=", 2);
  if (version !== undefined && version !== "null") throw notImplemented("object versions");
  const match = /^\/?([^/]+)\/(.+)$/s.exec(decode(path));
  const [bucket, key] = [match?.[1], match?.[2]];
  if (bucket === undefined || key === undefined) {
    throw invalidArgument(
      "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
      "x-amz-copy-source",
      text,
    );
  }
  if (!call.catalog.hasBucket(bucket)) throw noSuchBucket(bucket);
  const source = call.catalog.object(bucket, key);
  if (!source) throw noSuchKey(key);
  if (isUnmodified(call, source, "x-amz-copy-source-")) throw preconditionFailed("x-amz-copy-source-If-None-Match");
  return source;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw invalidArgument("The copy source is not URL-encoded.", "x-amz-copy-source", path);
  }
}

function copiedAttributes(call: Call, source: ObjectRow): ObjectAttributes {
  if (header(call, "x-amz-tagging-directive") === "REPLACE") throw notImplemented("object tags");
  if (header(call, "x-amz-metadata-directive")?.toUpperCase() === "REPLACE") return attributesOf(call);
  refuseUnkept(call);
  if (source.bucket === call.bucket && source.key === call.key) {
    throw new AwsError(
      "InvalidRequest",
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const { headers, metadata, encryption } = source.attributes;
  return { headers, metadata, encryption: header(call, "x-amz-server-side-encryption") ?? encryption };
}
