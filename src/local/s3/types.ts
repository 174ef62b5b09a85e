import * as z from "zod";
import { CHECKSUM_ALGORITHMS } from "./checksums.ts";

/** `value` is base64; a composite one ends in `-<number of parts>`. */
export const checksumSchema = z.object({
  algorithm: z.enum(CHECKSUM_ALGORITHMS),
  value: z.string(),
  type: z.enum(["FULL_OBJECT", "COMPOSITE"]),
});
export type Checksum = z.infer<typeof checksumSchema>;

/** What an object has beside its body. */
export const attributesSchema = z.object({
  /** Headers kept as they came: content-type, cache-control, content-disposition, content-encoding, content-language, expires. */
  headers: z.record(z.string(), z.string()),
  /** User metadata by its name without `x-amz-meta-`. */
  metadata: z.record(z.string(), z.string()),
  /** `AES256` or `aws:kms`. Nothing is encrypted; it is told as AWS tells it. */
  encryption: z.string(),
  checksum: checksumSchema.exactOptional(),
  /** Sizes of the parts of a multipart upload, in order. */
  parts: z.array(z.number()).exactOptional(),
});
export type ObjectAttributes = z.infer<typeof attributesSchema>;

/** A body that has been written, with what was found on the way. */
export interface StoredBody {
  blob: string;
  size: number;
  /** Hexadecimal MD5. */
  md5: string;
  checksum?: Checksum;
}

export interface ObjectRow {
  bucket: string;
  key: string;
  blob: string;
  size: number;
  /** Without quotes. */
  etag: string;
  /** Epoch milliseconds. */
  modified: number;
  attributes: ObjectAttributes;
}

export interface Upload {
  id: string;
  bucket: string;
  key: string;
  started: number;
  attributes: ObjectAttributes;
  /** What the object's checksum will be; absent when none was asked for. */
  checksum?: Omit<Checksum, "value">;
}

export interface Part {
  number: number;
  blob: string;
  size: number;
  etag: string;
  modified: number;
  checksum?: Checksum;
}
