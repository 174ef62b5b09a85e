import type { MessageAttributeValue } from "@aws-sdk/client-sqs";
import { createHash } from "node:crypto";

const field = (value: string | Uint8Array) => {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

/**
 * The digest as the Developer Guide describes it ("Calculating the MD5 message digest for message attributes"), written
 * apart from the stack's own.
 */
export function attributesMd5(attributes: Record<string, MessageAttributeValue>): string {
  const hash = createHash("md5");
  for (const [name, { DataType = "", StringValue, BinaryValue }] of Object.entries(attributes).sort(([a], [b]) =>
    a < b ? -1 : 1,
  )) {
    hash.update(field(name)).update(field(DataType));
    if (BinaryValue === undefined) hash.update(Buffer.of(1)).update(field(StringValue ?? ""));
    else hash.update(Buffer.of(2)).update(field(BinaryValue));
  }
  return hash.digest("hex");
}
