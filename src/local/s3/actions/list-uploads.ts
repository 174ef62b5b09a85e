import { type Call, requireBucket, sendXml } from "../call.ts";
import { invalidArgument, notImplemented } from "../errors.ts";

const MAX_UPLOADS = 1000;

export function listMultipartUploads(call: Call): void {
  requireBucket(call);
  const { query } = call;
  if (query.get("delimiter")) throw notImplemented("a delimiter in the list of multipart uploads");
  const prefix = query.get("prefix") ?? "";
  const keyMarker = query.get("key-marker") ?? "";
  const idMarker = query.get("upload-id-marker") ?? "";
  const limit = maxUploads(query);
  const uploads = call.catalog.uploads(call.bucket).filter(({ key }) => key.startsWith(prefix));
  // Uploads of one key come in the order of their start: those after a marker follow the upload that it names.
  const marked = uploads.findIndex(({ key, id }) => key === keyMarker && id === idMarker);
  const rest = marked < 0 ? uploads.filter(({ key }) => key > keyMarker) : uploads.slice(marked + 1);
  const page = rest.slice(0, limit);
  const last = page.length < rest.length ? page.at(-1) : undefined;
  sendXml(call, "ListMultipartUploadsResult", {
    Bucket: call.bucket,
    KeyMarker: keyMarker,
    UploadIdMarker: idMarker,
    Prefix: prefix,
    MaxUploads: limit,
    IsTruncated: last !== undefined,
    NextKeyMarker: last?.key,
    NextUploadIdMarker: last?.id,
    Upload: page.map((upload) => ({
      UploadId: upload.id,
      Key: upload.key,
      Initiated: new Date(upload.started).toISOString(),
      StorageClass: "STANDARD",
    })),
  });
}

function maxUploads(query: URLSearchParams): number {
  const text = query.get("max-uploads");
  if (text === null) return MAX_UPLOADS;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1) return Math.min(limit, MAX_UPLOADS);
  throw invalidArgument("Argument max-uploads must be an integer between 1 and 2147483647", "max-uploads", text);
}
