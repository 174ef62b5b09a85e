import { AwsError } from "../context.ts";
import type { ObjectSource } from "../interfaces.ts";
import { invalidParameter, optionalText } from "./input.ts";
import { notOffered } from "./unoffered.ts";
import { MAX_UNZIPPED } from "./zip.ts";

/**
 * @returns the archive that a `Code` structure holds or names.
 * @throws AwsError when it is not there, or lies elsewhere (in an image).
 */
export async function readArchive(code: Record<string, unknown>, objects: ObjectSource | undefined): Promise<Buffer> {
  const text = optionalText(code, "ZipFile");
  const bucket = optionalText(code, "S3Bucket");
  const key = optionalText(code, "S3Key");
  if (optionalText(code, "ImageUri") !== undefined)
    throw notOffered("The local stack does not offer functions of container images.");
  if (optionalText(code, "SourceKMSKeyArn") !== undefined)
    throw notOffered("The local stack does not offer encryption of a function's code.");
  if (text !== undefined && (bucket ?? key) !== undefined)
    throw invalidParameter("Please do not provide other FunctionCode parameters when providing a ZipFile.");
  if (text !== undefined) return Buffer.from(text, "base64");
  if (bucket === undefined || key === undefined) throw invalidParameter("Please provide a source for function code.");
  if ((optionalText(code, "S3ObjectVersion") ?? "null") !== "null")
    throw notOffered("The local stack does not offer versions of objects.");
  if (!objects) throw notOffered("This stack has no buckets.");
  try {
    return await objects.read(bucket, key, MAX_UNZIPPED);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalidParameter(
      `Error occurred while GetObject. S3 Error Code: ${error.code}. S3 Error Message: ${error.message}`,
    );
  }
}
