import type { TaskResponse } from "../../contract/http.ts";
import { parseJson } from "../../contract/json.ts";
import type { TaskRecord } from "../../contract/record.ts";
import { parseObjectReference } from "../aws/objects.ts";
import type { ApiParts } from "./parts.ts";

/** A function's answer holds 6 MB, escapes and envelope included. */
const MAX_INLINE_BYTES = 5 * 1024 * 1024;
const RESULT_URL_SECONDS = 15 * 60;

/** Adds a result that lies in the bucket: itself when it fits an answer, or else an address to read it from. */
export async function addResult(
  parts: Pick<ApiParts, "objects" | "presigner" | "settings">,
  record: TaskRecord,
): Promise<TaskResponse> {
  const address = record.resultRef === undefined ? undefined : parseObjectReference(record.resultRef);
  // Only ever the stage's own: the reference was written by the worker, but the worker's code is the team's.
  if (!address || address.bucket !== parts.settings.bucket || record.result !== undefined)
    return { v: 1, task: record };
  const size = await parts.presigner.size(address);
  if (size === undefined) return { v: 1, task: record };
  if (size > MAX_INLINE_BYTES)
    return { v: 1, task: record, resultUrl: await parts.presigner.get(address, RESULT_URL_SECONDS) };
  const { bytes } = await parts.objects.get(address);
  return { v: 1, task: { ...record, result: parseJson(new TextDecoder().decode(bytes)) } };
}
