import { parseLogMessage } from "../contract/log-message.ts";

/**
 * What a person wants of one log line: a structured one reads as its level and message; what is written for machines (Lambda's
 * own reports, metrics in EMF) is undefined.
 */
export function readableLog(message: string): string | undefined {
  const { kind, data } = parseLogMessage(message);
  if (kind !== "app") return undefined;
  if (!data || typeof data["message"] !== "string") return message;
  const level = typeof data["level"] === "string" ? `${data["level"].toLowerCase()} ` : "";
  return level + data["message"];
}
