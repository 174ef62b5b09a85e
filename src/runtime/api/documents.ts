import { newDocumentKey } from "../../contract/documents.ts";
import type { DocumentResponse } from "../../contract/http.ts";
import type { Settings } from "../../contract/settings.ts";
import { objectReference } from "../aws/objects.ts";
import { invalid, type Issue } from "./api-error.ts";
import { parseObject } from "./body.ts";
import type { Caller } from "./caller.ts";
import type { Presigner } from "../aws/presigner.ts";

/** S3 takes no more in one PUT. */
const MAX_DOCUMENT_BYTES = 5 * 1024 ** 3;
const CONTENT_TYPE = /^[\w.+-]+\/[\w.+-]+(; ?[\w-]+=[\w.-]+)*$/;
const UPLOAD_SECONDS = 15 * 60;

/** POST /documents: gives a place to upload to, in the caller's own folder. @throws ApiError 400. */
export async function createDocument(
  body: string,
  caller: Caller,
  settings: Settings,
  presigner: Presigner,
): Promise<DocumentResponse> {
  const { name, bytes, contentType = "application/octet-stream", ...unknown } = parseObject(body);
  const issues: Issue[] = Object.keys(unknown).map((path) => ({
    path: path.slice(0, 64),
    message: "is not a field of a document; fields: name, bytes, contentType",
  }));
  if (typeof name !== "string" || name === "" || name.length > 255)
    issues.push({ path: "name", message: "must be a text of 1 to 255 characters" });
  if (!Number.isInteger(bytes) || Number(bytes) < 1 || Number(bytes) > MAX_DOCUMENT_BYTES) {
    issues.push({ path: "bytes", message: `must be a whole number from 1 to ${MAX_DOCUMENT_BYTES}` });
  }
  if (typeof contentType !== "string" || !CONTENT_TYPE.test(contentType))
    issues.push({ path: "contentType", message: "must look like application/pdf" });
  if (issues.length > 0)
    throw invalid(
      `The document is not valid: ${issues.map((issue) => `${issue.path} ${issue.message}`).join("; ")}.`,
      issues,
    );
  const address = { bucket: settings.bucket, key: newDocumentKey(String(name), caller.userId) };
  const uploadUrl = await presigner.put(address, {
    bytes: Number(bytes),
    contentType: String(contentType),
    seconds: UPLOAD_SECONDS,
  });
  return {
    v: 1,
    documentReference: objectReference(address),
    uploadUrl,
    headers: { "content-type": String(contentType) },
  };
}
