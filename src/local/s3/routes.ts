import { AwsError } from "../context.ts";
import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from "./actions/buckets.ts";
import { copyObject, copyPart } from "./actions/copy.ts";
import { listObjectsV1, listObjectsV2, listObjectVersions } from "./actions/list.ts";
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  listParts,
  uploadPart,
} from "./actions/multipart.ts";
import { listMultipartUploads } from "./actions/list-uploads.ts";
import { getObjectAttributes } from "./actions/object-attributes.ts";
import { getObject, headObject } from "./actions/read.ts";
import { BUCKET_SETTINGS, getObjectTagging } from "./actions/settings.ts";
import { deleteObject, deleteObjects, putObject } from "./actions/write.ts";
import type { Action, Call } from "./call.ts";
import { notImplemented } from "./errors.ts";

/** Parameters that no action below reads as a sub-resource. All others are one, and are refused when not offered. */
const PLAIN =
  /^(x-id|AWSAccessKeyId|Expires|Signature|X-Amz-.+|x-amz-.+|response-.+|prefix|delimiter|marker|max-keys|encoding-type|list-type|continuation-token|start-after|fetch-owner|max-buckets|bucket-region|uploadId|partNumber|part-number-marker|max-parts|key-marker|upload-id-marker|max-uploads|version-id-marker)$/i;

/** Offered sub-resources, by what they hang on and the method. */
const SUB_RESOURCES: Readonly<Record<string, Action>> = {
  "bucket GET location": getBucketLocation,
  "bucket GET uploads": listMultipartUploads,
  "bucket GET versions": listObjectVersions,
  ...Object.fromEntries(Object.entries(BUCKET_SETTINGS).map(([name, action]) => [`bucket GET ${name}`, action])),
  "bucket POST delete": deleteObjects,
  "object POST uploads": createMultipartUpload,
  "object GET attributes": getObjectAttributes,
  "object GET tagging": getObjectTagging,
};

const BUCKET: Readonly<Record<string, Action>> = {
  GET: (call) => (call.query.get("list-type") === "2" ? listObjectsV2(call) : listObjectsV1(call)),
  HEAD: headBucket,
  PUT: createBucket,
  DELETE: deleteBucket,
};

const OBJECT: Readonly<Record<string, Action>> = {
  GET: getObject,
  HEAD: headObject,
  PUT: (call) => (isCopy(call) ? copyObject(call) : putObject(call)),
  DELETE: deleteObject,
};

/** What is asked of an upload, by `uploadId`. */
const UPLOAD: Readonly<Record<string, Action>> = {
  GET: listParts,
  PUT: (call) => (isCopy(call) ? copyPart(call) : uploadPart(call)),
  POST: completeMultipartUpload,
  DELETE: abortMultipartUpload,
};

const isCopy = (call: Call) => call.headers["x-amz-copy-source"] !== undefined;

/** @throws AwsError `NotImplemented` for what is not offered, `MethodNotAllowed`. */
export function findAction(call: Call): Action {
  const { method, bucket, key, query } = call;
  const level = bucket === "" ? "service" : key === "" ? "bucket" : "object";
  const version = query.get("versionId");
  if (version !== null && version !== "null") throw notImplemented("object versions");
  const subResource = [...query.keys()].find((name) => !PLAIN.test(name) && name !== "versionId");
  if (subResource !== undefined) {
    const action = SUB_RESOURCES[`${level} ${method} ${subResource}`];
    if (!action) throw notImplemented(`${method} of the sub-resource "${subResource}"`);
    return action;
  }
  if (level === "service") {
    if (method === "GET") return listBuckets;
    throw methodNotAllowed(method);
  }
  if (level === "bucket" && method === "POST") throw notImplemented("uploads by HTML form");
  const action = (level === "bucket" ? BUCKET : query.has("uploadId") ? UPLOAD : OBJECT)[method];
  if (!action) throw methodNotAllowed(method);
  return action;
}

const methodNotAllowed = (method: string) =>
  new AwsError("MethodNotAllowed", "The specified method is not allowed against this resource.", {
    status: 405,
    members: { Method: method },
  });
