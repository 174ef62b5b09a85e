import { createHash, hash } from "node:crypto";
import type { MessageAttributes } from "./message-attributes.ts";

export function md5(body: string): string {
  return hash("md5", body, "hex");
}

const STRING = 1;
const BINARY = 2;

/**
 * The digest that SDKs check: by ascending name, each of name, data type and value with its length (4 bytes, big
 * endian), and before the value one byte that tells string from binary.
 * @see the developer guide, "Calculating the MD5 message digest for message attributes".
 */
export function md5OfAttributes(attributes: MessageAttributes): string {
  const digest = createHash("md5");
  const length = Buffer.alloc(4);
  const add = (part: Buffer) => {
    length.writeUInt32BE(part.length);
    digest.update(length).update(part);
  };
  for (const name of Object.keys(attributes).sort(byBytes)) {
    const attribute = attributes[name];
    if (!attribute) continue;
    add(Buffer.from(name));
    add(Buffer.from(attribute.DataType));
    const { StringValue = "", BinaryValue } = attribute;
    digest.update(Uint8Array.of(BinaryValue === undefined ? STRING : BINARY));
    add(BinaryValue === undefined ? Buffer.from(StringValue) : Buffer.from(BinaryValue, "base64"));
  }
  return digest.digest("hex");
}

const byBytes = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
