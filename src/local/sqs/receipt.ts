/** What a receipt handle stands for: one receive of one message of one queue. */
export interface Receipt {
  queueUid: number;
  seq: number;
  /** Which receive of the message, from 1. */
  serial: number;
  messageId: string;
}

// AWS's handles start so as well; all of it is opaque to clients.
const PREFIX = "AQEB";
const DECODED = /^(\d{1,16}):(\d{1,16}):(\d{1,10}):([0-9a-f-]{36})$/;

export function encodeReceipt({ queueUid, seq, serial, messageId }: Receipt): string {
  return PREFIX + Buffer.from(`${queueUid}:${seq}:${serial}:${messageId}`, "latin1").toString("base64");
}

/** @returns undefined for what was never a receipt handle. */
export function decodeReceipt(handle: string): Receipt | undefined {
  if (!handle.startsWith(PREFIX)) return undefined;
  const match = DECODED.exec(Buffer.from(handle.slice(PREFIX.length), "base64").toString("latin1"));
  if (!match) return undefined;
  const [, queueUid, seq, serial, messageId = ""] = match;
  return { queueUid: Number(queueUid), seq: Number(seq), serial: Number(serial), messageId };
}
