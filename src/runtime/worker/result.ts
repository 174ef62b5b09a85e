import type { StoredRecord } from "../store/index.ts";
import { parseJson } from "../../contract/json.ts";
import type { Json } from "../../contract/task.ts";
import { isStorable, storedSize } from "../aws/marshal.ts";
import { objectReference, type Objects } from "../aws/objects.ts";
import { PermanentError } from "./errors.ts";

const MAX_RESULT_BYTES = 256 * 1024;
/** Of DynamoDB's 400 KB, what is left for task and result beside attempts, errors and keys. */
const MAX_ITEM_BYTES = 330 * 1024;

/** @returns the result, or its place in the bucket when the record cannot hold it. @throws PermanentError for what is no JSON. */
export async function storeResult(
  value: unknown,
  record: StoredRecord,
  { objects, bucket }: { objects: Objects; bucket: string },
): Promise<{ result: Json } | { resultRef: string }> {
  const text = toJson(value);
  const result = parseJson(text);
  const fits =
    Buffer.byteLength(text) <= MAX_RESULT_BYTES &&
    isStorable(result) &&
    storedSize(result) + storedSize(record) <= MAX_ITEM_BYTES;
  if (fits) return { result };
  const address = { bucket, key: `results/${record.task.taskId}/${record.generation}.json` };
  await objects.put(address, text, "application/json");
  return { resultRef: objectReference(address) };
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "null";
  } catch (error) {
    throw new PermanentError("The worker returned something that is not JSON (a cycle or a BigInt).", {
      code: "INVALID_RESULT",
      cause: error,
    });
  }
}
