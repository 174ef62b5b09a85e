import { describe, expect, it } from "vitest";
import { type ChecksumAlgorithm, createDigest } from "./checksums.ts";

describe("checksums", () => {
  // The check values that the algorithms' specifications give for "123456789".
  it.each<[ChecksumAlgorithm, string]>([
    ["crc32", "cbf43926"],
    ["crc32c", "e3069283"],
    ["crc64nvme", "ae8b14860a799888"],
    ["sha1", "f7c3bc1d808e04732adf679965ccc34ca7ae3441"],
    ["sha256", "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"],
  ])("%s of the check string, in one piece and in three", (algorithm, expected) => {
    for (const pieces of [["123456789"], ["1", "2345678", "9"]]) {
      const digest = createDigest(algorithm);
      for (const piece of pieces) digest.update(Buffer.from(piece));
      expect(digest.digest().toString("hex")).toBe(expected);
    }
  });
});
