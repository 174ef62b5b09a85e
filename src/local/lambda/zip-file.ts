import { invalidParameter, optionalText } from "./input.ts";
import { notOffered } from "./unoffered.ts";

/** @returns the archive in a `Code` structure. @throws AwsError when the code lies elsewhere (S3, an image). */
export function readZipFile(code: Record<string, unknown>): Buffer {
  const text = optionalText(code, "ZipFile");
  if (text !== undefined) return Buffer.from(text, "base64");
  if ("S3Bucket" in code || "ImageUri" in code) {
    throw notOffered("The local stack takes a function's code as ZipFile only, not from S3 or as an image.");
  }
  throw invalidParameter("Please provide a source for function code.");
}
