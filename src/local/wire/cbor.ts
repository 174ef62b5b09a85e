import { AwsError } from "../context.ts";

/*
 * CBOR (RFC 8949), as far as Smithy's RPC v2 protocol uses it: https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html.
 * A timestamp is tag 1, and decodes to its epoch seconds.
 */

const MAX_DEPTH = 64;
const TIMESTAMP = 1;
const INDEFINITE = 31;
const BREAK = 0xff;

/** Encodes plain data; a Date as a timestamp. Members that are undefined are left out. */
export function encodeCbor(value: unknown): Buffer {
  const parts: Buffer[] = [];
  encode(value, parts);
  return Buffer.concat(parts);
}

function encode(value: unknown, parts: Buffer[]): void {
  if (typeof value === "string") {
    const bytes = Buffer.from(value, "utf8");
    parts.push(head(3, bytes.length), bytes);
  } else if (typeof value === "number") parts.push(encodeNumber(value));
  else if (typeof value === "boolean") parts.push(Buffer.of(value ? 0xf5 : 0xf4));
  else if (value instanceof Date) parts.push(head(6, TIMESTAMP), encodeNumber(value.getTime() / 1000));
  else if (Array.isArray(value)) {
    parts.push(head(4, value.length));
    for (const item of value) encode(item, parts);
  } else if (value instanceof Map) encode(Object.fromEntries(value), parts);
  else if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    parts.push(head(5, entries.length));
    for (const [key, item] of entries) {
      encode(key, parts);
      encode(item, parts);
    }
  } else parts.push(Buffer.of(0xf6));
}

function encodeNumber(value: number): Buffer {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return value >= 0 ? head(0, value) : head(1, -1 - value);
  const bytes = Buffer.alloc(9);
  bytes[0] = 0xfb;
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

function head(major: number, value: number): Buffer {
  const type = major << 5;
  if (value < 24) return Buffer.of(type | value);
  if (value < 0x100) return Buffer.of(type | 24, value);
  if (value < 0x10000) return Buffer.of(type | 25, value >> 8, value & 0xff);
  if (value < 0x100000000) {
    const bytes = Buffer.alloc(5);
    bytes[0] = type | 26;
    bytes.writeUInt32BE(value, 1);
    return bytes;
  }
  const bytes = Buffer.alloc(9);
  bytes[0] = type | 27;
  bytes.writeBigUInt64BE(BigInt(value), 1);
  return bytes;
}

/**
 * Decodes one value, which must be all there is. Integers beyond what a double holds lose their last digits.
 * @throws AwsError `SerializationException`
 */
export function decodeCbor(bytes: Buffer): unknown {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (!reader.done) throw malformed("there is something after its end");
  return value;
}

const malformed = (reason: string) =>
  new AwsError("SerializationException", `The request body is not valid CBOR: ${reason}.`);

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  value(depth: number): unknown {
    if (depth > MAX_DEPTH) throw malformed("it is nested too deeply");
    const first = this.#take(1).readUInt8();
    const major = first >> 5;
    const info = first & 31;
    switch (major) {
      case 0:
        return this.#argument(info);
      case 1:
        return -1 - this.#argument(info);
      case 2:
        return this.#string(info, 2);
      case 3:
        return this.#string(info, 3).toString("utf8");
      case 4:
        return this.#list(info, depth);
      case 5:
        return this.#map(info, depth);
      case 6:
        if (this.#argument(info) !== TIMESTAMP) throw malformed("it has a tag other than a timestamp's");
        return this.#timestamp(depth);
      default:
        return this.#simple(info);
    }
  }

  #timestamp(depth: number): number {
    const value = this.value(depth + 1);
    if (typeof value !== "number") throw malformed("a timestamp is not a number");
    return value;
  }

  #argument(info: number): number {
    if (info < 24) return info;
    if (info === 24) return this.#take(1).readUInt8();
    if (info === 25) return this.#take(2).readUInt16BE();
    if (info === 26) return this.#take(4).readUInt32BE();
    if (info === 27) return Number(this.#take(8).readBigUInt64BE());
    throw malformed("a length is missing");
  }

  #string(info: number, major: number): Buffer {
    if (info !== INDEFINITE) return this.#take(this.#argument(info));
    const chunks: Buffer[] = [];
    while (!this.#broken()) {
      const chunk = this.#take(1).readUInt8();
      // Its chunks have lengths of their own.
      if (chunk >> 5 !== major || (chunk & 31) === INDEFINITE) throw malformed("a chunk of a string is none");
      chunks.push(this.#take(this.#argument(chunk & 31)));
    }
    return Buffer.concat(chunks);
  }

  #list(info: number, depth: number): unknown[] {
    const items: unknown[] = [];
    for (let left = this.#count(info); left > 0 && !(left === Infinity && this.#broken()); left -= 1)
      items.push(this.value(depth + 1));
    return items;
  }

  #map(info: number, depth: number): Record<string, unknown> {
    const entries = new Map<string, unknown>();
    for (let left = this.#count(info); left > 0 && !(left === Infinity && this.#broken()); left -= 1) {
      const key = this.value(depth + 1);
      if (typeof key !== "string") throw malformed("a key is not a string");
      entries.set(key, this.value(depth + 1));
    }
    return Object.fromEntries(entries);
  }

  /** Items to come; infinite where a break ends them. Each takes a byte at least, so that a large number alone costs nothing. */
  #count(info: number): number {
    if (info === INDEFINITE) return Infinity;
    const count = this.#argument(info);
    if (count > this.#bytes.length - this.#at) throw malformed("it ends too early");
    return count;
  }

  #broken(): boolean {
    if (this.#bytes[this.#at] !== BREAK) return false;
    this.#at += 1;
    return true;
  }

  #simple(info: number): unknown {
    if (info === 20 || info === 21) return info === 21;
    if (info === 22 || info === 23) return null;
    if (info === 25) return halfFloat(this.#take(2).readUInt16BE());
    if (info === 26) return this.#take(4).readFloatBE();
    if (info === 27) return this.#take(8).readDoubleBE();
    throw malformed("it has a simple value that means nothing");
  }

  #take(length: number): Buffer {
    if (length > this.#bytes.length - this.#at) throw malformed("it ends too early");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}

function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}
