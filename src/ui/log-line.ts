import { parseLogMessage } from "../contract/log-message.ts";

/**
 * What a person wants of one log line: a structured one reads as its level and message; what is written for machines (Lambda's
 * own reports, metrics in EMF) is undefined.
 */
export function readableLog(message: string): string | undefined {
  const { kind, data } = parseLogMessage(message);
  if (kind !== "app") return undefined;
  const said = data && (typeof data["message"] === "string" ? data["message"] : errorText(data["message"]));
  if (said === undefined) return message;
  const level = typeof data?.["level"] === "string" ? `${data["level"].toLowerCase()} ` : "";
  return level + said;
}

/** @returns what Lambda's runtime says of an error that nobody caught, without its stack. */
function errorText(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || !("errorMessage" in value)) return undefined;
  const name = "errorType" in value ? `${String(value.errorType)}: ` : "";
  return name + String(value.errorMessage);
}
