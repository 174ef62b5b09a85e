/** Lambda's own lines around each invocation, in the text format. */
const PLATFORM = /^(START|END|REPORT|INIT_START|INIT_REPORT) /;

/**
 * What a person wants of one log line: a structured one reads as its level and message; what is written for machines (Lambda's
 * own reports, metrics in EMF) is undefined.
 */
export function readableLog(message: string): string | undefined {
  if (PLATFORM.test(message)) return undefined;
  if (!message.startsWith("{")) return message;
  let value: unknown;
  try {
    value = JSON.parse(message);
  } catch {
    return message;
  }
  if (typeof value !== "object" || value === null || "_aws" in value) return undefined;
  if ("type" in value && typeof value.type === "string" && value.type.startsWith("platform.")) return undefined;
  if (!("message" in value) || typeof value.message !== "string") return message;
  const level = "level" in value && typeof value.level === "string" ? `${value.level.toLowerCase()} ` : "";
  return level + value.message;
}
