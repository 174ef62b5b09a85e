import type { Http } from "./http.ts";
import { isDocumentResponse, isTaskResponse } from "./guards.ts";
import type { DocumentRequest } from "../contract/http.ts";
import { jsonIn } from "../contract/json.ts";
import type { Json } from "../contract/task.ts";
import type { UploadDocument } from "./types.ts";
import { ClientError } from "./errors.ts";

/** Puts a document into the stage's bucket: asks for a presigned address, then sends the bytes there. */
export async function uploadDocument(
  http: Http,
  document: UploadDocument,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { name, body, contentType } = document;
  const wanted: DocumentRequest = {
    name,
    bytes: body instanceof Uint8Array ? body.byteLength : body.size,
    ...(contentType === undefined ? {} : { contentType }),
  };
  const place = await http.request({
    method: "POST",
    path: "/documents",
    body: wanted,
    signal,
    guard: isDocumentResponse,
  });
  await http.transfer("PUT", place.uploadUrl, { headers: place.headers, body, signal });
  return place.documentReference;
}

/** Reads a task's result: inside the record, or from where the API says. @returns undefined when there is none. */
export async function readResult(
  http: Http,
  taskId: string,
  signal: AbortSignal | undefined,
): Promise<Json | undefined> {
  const { task, resultUrl } = await http.request({
    method: "GET",
    path: `/tasks/${encodeURIComponent(taskId)}`,
    signal,
    guard: isTaskResponse,
  });
  if (resultUrl === undefined) return task.result;
  const result = jsonIn(await http.transfer("GET", resultUrl, { signal }));
  if (result === undefined)
    throw new ClientError(`The stored result of task ${taskId} is not JSON.`, { code: "BAD_RESPONSE" });
  return result;
}
