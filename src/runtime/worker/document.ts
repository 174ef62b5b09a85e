import type { Task } from "../../contract/task.ts";
import { parseObjectReference, type Objects } from "../aws/objects.ts";
import { awsErrorName } from "../aws/options.ts";
import { PermanentError } from "./errors.ts";

export interface TaskDocument {
  /** Last segment of its key. */
  name: string;
  contentType: string | undefined;
  bytes(): Promise<Uint8Array>;
}

/** @throws PermanentError for a bucket that the configuration does not name, and for a document that is not there. */
export async function readDocument(
  task: Pick<Task, "documentReference">,
  { objects, allowedBuckets, signal }: { objects: Objects; allowedBuckets: readonly string[]; signal: AbortSignal },
): Promise<TaskDocument | undefined> {
  const reference = task.documentReference;
  if (reference === undefined) return undefined;
  const address = parseObjectReference(reference);
  if (!address)
    throw new PermanentError("The documentReference is not of the form s3://bucket/key.", { code: "INVALID_DOCUMENT" });
  if (!allowedBuckets.includes(address.bucket)) {
    throw new PermanentError(
      `The bucket ${address.bucket} is not one this stage reads. Add it to documents.buckets in ai-pipeline.config.ts and deploy.`,
      { code: "BUCKET_NOT_ALLOWED" },
    );
  }
  try {
    const { bytes, contentType } = await objects.get(address, signal);
    return { name: address.key.split("/").at(-1) ?? address.key, contentType, bytes: () => Promise.resolve(bytes) };
  } catch (error) {
    const name = awsErrorName(error);
    if (name === "NoSuchKey" || name === "NoSuchBucket" || name === "NotFound") {
      throw new PermanentError(`The document ${reference} does not exist.`, {
        code: "DOCUMENT_NOT_FOUND",
        cause: error,
      });
    }
    throw error;
  }
}
