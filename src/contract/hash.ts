import { createHash } from "node:crypto";

/** @returns the first `digits` hexadecimal digits of the text's SHA-256. */
export function hash(text: string, digits: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, digits);
}
