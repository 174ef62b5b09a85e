import { crc32, inflateRawSync } from "node:zlib";

/** A file of an archive. */
export interface ZipEntry {
  /** Relative, with forward slashes, never leaving the archive's folder. */
  name: string;
  data: Buffer;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
/** AWS's limit for a function's code unzipped. */
export const MAX_UNZIPPED = 262_144_000;

/**
 * Reads a zip archive (stored and deflated entries; no encryption, no ZIP64).
 * @throws Error saying why it is no such archive.
 */
export function readZip(zip: Buffer): ZipEntry[] {
  const end = findEnd(zip);
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  let total = 0;
  const entries: ZipEntry[] = [];
  for (let index = 0; index < count; index++) {
    need(at + 46 <= zip.length && zip.readUInt32LE(at) === CENTRAL, "its directory is damaged");
    const nameLength = zip.readUInt16LE(at + 28);
    const name = zip.toString("utf8", at + 46, at + 46 + nameLength);
    const size = zip.readUInt32LE(at + 24);
    total += size;
    need(total <= MAX_UNZIPPED, `it is over ${MAX_UNZIPPED} bytes unzipped`);
    if (!name.endsWith("/")) entries.push({ name: safeName(name), data: readEntry(zip, at, size) });
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
}

function findEnd(zip: Buffer): number {
  for (let at = zip.length - 22; at >= Math.max(0, zip.length - 22 - 0xffff); at--) {
    if (zip.readUInt32LE(at) === END) return at;
  }
  throw new Error("it is no zip archive");
}

function readEntry(zip: Buffer, central: number, size: number): Buffer {
  need((zip.readUInt16LE(central + 8) & 1) === 0, "it is encrypted");
  const method = zip.readUInt16LE(central + 10);
  const crc = zip.readUInt32LE(central + 16);
  const packed = zip.readUInt32LE(central + 20);
  const local = zip.readUInt32LE(central + 42);
  need(local + 30 <= zip.length && zip.readUInt32LE(local) === LOCAL, "an entry is missing");
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  need(start + packed <= zip.length, "an entry is cut off");
  const raw = zip.subarray(start, start + packed);
  need(method === 0 || method === 8, `an entry is packed by method ${method}`);
  const data = method === 0 ? Buffer.from(raw) : inflateRawSync(raw, { maxOutputLength: Math.max(1, size) });
  need(data.length === size && crc32(data) === crc, "an entry is damaged");
  return data;
}

function safeName(name: string): string {
  const parts = name
    .replaceAll("\\", "/")
    .split("/")
    .filter((part) => part !== "" && part !== ".");
  need(
    parts.length > 0 && !parts.includes("..") && !name.startsWith("/") && !/^[a-z]:/i.test(name),
    `the name ${JSON.stringify(name)} leaves its folder`,
  );
  return parts.join("/");
}

function need(condition: boolean, reason: string): asserts condition {
  if (!condition) throw new Error(reason);
}
