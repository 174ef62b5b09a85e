import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

export const CHECKSUM_ALGORITHMS = ["crc32", "crc32c", "crc64nvme", "sha1", "sha256"] as const;
/** As in the header `x-amz-checksum-<algorithm>`. */
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

/** A checksum in the making. */
export interface Digest {
  update(chunk: Buffer): void;
  digest(): Buffer;
}

export function isChecksumAlgorithm(name: string): name is ChecksumAlgorithm {
  return CHECKSUM_ALGORITHMS.some((known) => known === name);
}

export function createDigest(algorithm: ChecksumAlgorithm): Digest {
  switch (algorithm) {
    case "crc32":
      return crc32Digest();
    case "crc32c":
      return crc32cDigest();
    case "crc64nvme":
      return crc64Digest();
    case "sha1":
    case "sha256":
      return hashDigest(algorithm);
  }
}

export function hashDigest(algorithm: "md5" | "sha1" | "sha256"): Digest {
  const hash = createHash(algorithm);
  return { update: (chunk) => void hash.update(chunk), digest: () => hash.digest() };
}

function crc32Digest(): Digest {
  let value = 0;
  return { update: (chunk) => void (value = crc32(chunk, value)), digest: () => bigEndian(value) };
}

/** Castagnoli's polynomial, bits reversed. */
const CRC32C_POLYNOMIAL = 0x82f63b78;
let crc32cTable: Uint32Array | undefined;

function crc32cDigest(): Digest {
  const table = (crc32cTable ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ CRC32C_POLYNOMIAL : value >>> 1;
    return value;
  }));
  let value = 0xffffffff;
  return {
    update(chunk) {
      for (const byte of chunk) value = (value >>> 8) ^ (table[(value ^ byte) & 0xff] ?? 0);
    },
    digest: () => bigEndian(~value >>> 0),
  };
}

/** The NVMe polynomial, bits reversed. */
const CRC64_POLYNOMIAL = 0x9a6c9329ac4bc9b5n;
let crc64Table: { high: Uint32Array; low: Uint32Array } | undefined;

/** Works on two halves of 32 bits: BigInt would be twenty times slower. */
function crc64Digest(): Digest {
  const { high: highs, low: lows } = (crc64Table ??= makeCrc64Table());
  let [high, low] = [0xffffffff, 0xffffffff];
  return {
    update(chunk) {
      for (const byte of chunk) {
        const index = (low ^ byte) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ (lows[index] ?? 0);
        high = (high >>> 8) ^ (highs[index] ?? 0);
      }
    },
    digest: () => Buffer.concat([bigEndian(~high >>> 0), bigEndian(~low >>> 0)]),
  };
}

function makeCrc64Table(): { high: Uint32Array; low: Uint32Array } {
  const [high, low] = [new Uint32Array(256), new Uint32Array(256)];
  for (let byte = 0; byte < 256; byte++) {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ CRC64_POLYNOMIAL : value >> 1n;
    high[byte] = Number(value >> 32n);
    low[byte] = Number(value & 0xffffffffn);
  }
  return { high, low };
}

function bigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}
