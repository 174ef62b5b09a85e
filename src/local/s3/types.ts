import type { ChecksumAlgorithm } from "./checksums.ts";

export interface Checksum {
  algorithm: ChecksumAlgorithm;
  /** Base64; a composite one ends in `-<number of parts>`. */
  value: string;
  type: "FULL_OBJECT" | "COMPOSITE";
}

/** What an object has beside its body. */
export interface ObjectAttributes {
  /** Headers kept as they came: content-type, cache-control, content-disposition, content-encoding, content-language, expires. */
  headers: Record<string, string>;
  /** User metadata by its name without `x-amz-meta-`. */
  metadata: Record<string, string>;
  /** `AES256` or `aws:kms`. Nothing is encrypted; it is told as AWS tells it. */
  encryption: string;
  checksum?: Checksum;
  /** Sizes of the parts of a multipart upload, in order. */
  parts?: number[];
}

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
