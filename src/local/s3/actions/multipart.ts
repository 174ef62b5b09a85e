import { createHash, randomBytes } from "node:crypto";
import { AwsError } from "../../context.ts";
import { attributesOf, checksumHeaders, checksumMembers, quote } from "../attributes.ts";
import { type Call, header, requireBucket, sendEmpty, sendXml } from "../call.ts";
import type { ChecksumAlgorithm } from "../checksums.ts";
import { checkWrite } from "../conditions.ts";
import { invalidArgument, noSuchUpload } from "../errors.ts";
import { checkChecksum, checkSize, checksumOf, chosenParts } from "../parts.ts";
import { receiveBody, requestedAlgorithm } from "../receive.ts";
import type { Checksum, Part, Upload } from "../types.ts";
import { rootOf } from "../xml.ts";

const MAX_PARTS = 10_000;

export function createMultipartUpload(call: Call): void {
  requireBucket(call);
  const algorithm = requestedAlgorithm(call);
  const checksum = algorithm && { algorithm, type: checksumType(call, algorithm) };
  const upload: Upload = {
    id: randomBytes(48).toString("base64url"),
    bucket: call.bucket,
    key: call.key,
    started: call.ctx.clock.now(),
    attributes: attributesOf(call),
    ...(checksum ? { checksum } : {}),
  };
  call.catalog.addUpload(upload);
  sendXml(
    call,
    "InitiateMultipartUploadResult",
    { Bucket: call.bucket, Key: call.key, UploadId: upload.id },
    checksum
      ? { "x-amz-checksum-algorithm": checksum.algorithm.toUpperCase(), "x-amz-checksum-type": checksum.type }
      : {},
  );
}

function checksumType(call: Call, algorithm: ChecksumAlgorithm): Checksum["type"] {
  const type =
    header(call, "x-amz-checksum-type")?.toUpperCase() ?? (algorithm === "crc64nvme" ? "FULL_OBJECT" : "COMPOSITE");
  if (type === "COMPOSITE" ? algorithm === "crc64nvme" : type !== "FULL_OBJECT" || algorithm.startsWith("sha")) {
    throw new AwsError(
      "InvalidRequest",
      `The ${type} checksum type cannot be used with the ${algorithm} checksum algorithm.`,
    );
  }
  return type === "FULL_OBJECT" ? "FULL_OBJECT" : "COMPOSITE";
}

/** @throws AwsError `NoSuchUpload` when the request's `uploadId` is none of this key's. */
function findUpload(call: Call): Upload {
  requireBucket(call);
  const id = call.query.get("uploadId") ?? "";
  const upload = call.catalog.upload(id);
  if (!upload || upload.bucket !== call.bucket || upload.key !== call.key) throw noSuchUpload(id);
  return upload;
}

export function partNumberOf(call: Call): number {
  const text = call.query.get("partNumber") ?? "";
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= MAX_PARTS) return number;
  throw invalidArgument(`Part number must be an integer between 1 and ${MAX_PARTS}, inclusive`, "partNumber", text);
}

export async function uploadPart(call: Call): Promise<void> {
  const upload = findUpload(call);
  const number = partNumberOf(call);
  const body = await receiveBody(call, upload.checksum?.algorithm);
  try {
    findUpload(call);
    const { blob, size, md5: etag, checksum } = body;
    call.catalog.savePart(upload.id, {
      number,
      blob,
      size,
      etag,
      modified: call.ctx.clock.now(),
      ...(checksum ? { checksum } : {}),
    });
  } finally {
    call.bodies.settle(body.blob);
  }
  sendEmpty(call, 200, { etag: quote(body.md5), ...checksumHeaders(body.checksum) });
}

export async function completeMultipartUpload(call: Call): Promise<void> {
  const upload = findUpload(call);
  const parts = chosenParts(
    rootOf(await call.exchange.body(), "CompleteMultipartUpload"),
    call.catalog.parts(upload.id),
  );
  checkSize(call, parts);
  checkWrite(call, call.catalog.object(call.bucket, call.key));
  const whole = upload.checksum?.type === "FULL_OBJECT" ? [upload.checksum.algorithm] : [];
  const body = await call.bodies.write(joined(call, parts), whole);
  const md5 = createHash("md5")
    .update(Buffer.concat(parts.map((part) => Buffer.from(part.etag, "hex"))))
    .digest("hex");
  const etag = `${md5}-${parts.length}`;
  try {
    findUpload(call);
    checkWrite(call, call.catalog.object(call.bucket, call.key));
    const checksum = checksumOf(upload, parts, body.checksums);
    checkChecksum(call, checksum);
    call.catalog.transaction(() => {
      call.catalog.saveObject({
        bucket: call.bucket,
        key: call.key,
        blob: body.blob,
        size: body.size,
        etag,
        modified: call.ctx.clock.now(),
        attributes: { ...upload.attributes, parts: parts.map((part) => part.size), ...(checksum ? { checksum } : {}) },
      });
      call.catalog.removeUpload(upload.id);
    });
    sendXml(
      call,
      "CompleteMultipartUploadResult",
      {
        Location: `${call.ctx.endpoint()}/${call.bucket}/${encodeURIComponent(call.key)}`,
        Bucket: call.bucket,
        Key: call.key,
        ETag: quote(etag),
        ...checksumMembers(checksum),
      },
      { "x-amz-server-side-encryption": upload.attributes.encryption },
    );
  } finally {
    call.bodies.settle(body.blob);
  }
}

async function* joined(call: Call, parts: Part[]): AsyncGenerator<Buffer, void> {
  for (const part of parts) yield* await call.bodies.read(part.blob, 0, part.size - 1);
}

export function abortMultipartUpload(call: Call): void {
  const upload = findUpload(call);
  call.catalog.removeUpload(upload.id);
  call.bodies.collect();
  sendEmpty(call, 204);
}

export function listParts(call: Call): void {
  const upload = findUpload(call);
  const after = Number(call.query.get("part-number-marker") ?? 0);
  const limit = Math.min(Number(call.query.get("max-parts") ?? 1000) || 1000, 1000);
  const parts = call.catalog.parts(upload.id).filter((part) => part.number > after);
  const page = parts.slice(0, limit);
  sendXml(call, "ListPartsResult", {
    Bucket: call.bucket,
    Key: call.key,
    UploadId: upload.id,
    PartNumberMarker: after,
    NextPartNumberMarker: page.at(-1)?.number,
    MaxParts: limit,
    IsTruncated: parts.length > limit,
    Part: page.map((part) => ({
      PartNumber: part.number,
      LastModified: new Date(part.modified).toISOString(),
      ETag: quote(part.etag),
      Size: part.size,
      ...(part.checksum ? { [`Checksum${part.checksum.algorithm.toUpperCase()}`]: part.checksum.value } : {}),
    })),
    StorageClass: "STANDARD",
  });
}
