import { createHmac } from "node:crypto";

/**
 * @param secret `whsec_` and base64, as Standard Webhooks writes it
 * @param timestamp seconds since the epoch
 * @returns the headers by which a receiver knows the sender and drops repeats.
 */
export function signatureHeaders(secret: string, id: string, timestamp: number, body: string): Record<string, string> {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": String(timestamp), "webhook-signature": `v1,${signature}` };
}
