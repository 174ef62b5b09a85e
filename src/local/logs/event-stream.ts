import { crc32 } from "node:zlib";

/** Writes one message of AWS's event-stream encoding: prelude, headers, payload, two CRCs. Headers are strings. */
export function encodeMessage(headers: Record<string, string>, payload: Buffer): Buffer {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => encodeHeader(name, value)));
  const total = 12 + head.length + payload.length + 4;
  const message = Buffer.alloc(total);
  message.writeUInt32BE(total, 0);
  message.writeUInt32BE(head.length, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  head.copy(message, 12);
  payload.copy(message, 12 + head.length);
  message.writeUInt32BE(crc32(message.subarray(0, total - 4)), total - 4);
  return message;
}

const STRING = 7;

function encodeHeader(name: string, value: string): Buffer {
  const text = Buffer.from(value);
  const key = Buffer.from(name);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(text.length);
  return Buffer.concat([Buffer.from([key.length]), key, Buffer.from([STRING]), length, text]);
}

/** @returns an event message with a JSON payload. */
export function encodeEvent(type: string, body: unknown): Buffer {
  const headers = { ":message-type": "event", ":event-type": type, ":content-type": "application/json" };
  return encodeMessage(headers, Buffer.from(JSON.stringify(body)));
}
