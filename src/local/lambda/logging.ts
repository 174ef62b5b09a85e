import { type FunctionDefinition, LOG_LEVELS } from "./definition.ts";
import { invalidParameter, optionalChoice, optionalMatch, optionalObject } from "./input.ts";
import { notOffered } from "./unoffered.ts";

/** Reads `LoggingConfig`. @throws AwsError naming the member. */
export function readLogging(
  input: Record<string, unknown>,
): Partial<Pick<FunctionDefinition, "logFormat" | "logLevel" | "logGroup">> {
  const logging = optionalObject(input, "LoggingConfig");
  if (!logging) return {};
  const logFormat = optionalChoice(logging, "LogFormat", ["Text", "JSON"]);
  const logLevel = optionalChoice(logging, "ApplicationLogLevel", LOG_LEVELS);
  const systemLevel = optionalChoice(logging, "SystemLogLevel", ["DEBUG", "INFO", "WARN"]);
  const logGroup = optionalMatch(logging, "LogGroup", /^[.\-_/#A-Za-z0-9]{1,512}$/);
  if (logFormat === "Text" && (logLevel ?? systemLevel) !== undefined)
    throw invalidParameter("Log levels can be set for the JSON log format only.");
  if (systemLevel !== undefined && systemLevel !== "INFO")
    throw notOffered(`The local stack does not offer the system log level ${systemLevel}.`);
  return {
    ...(logFormat === undefined ? {} : { logFormat }),
    ...(logLevel === undefined ? {} : { logLevel }),
    ...(logGroup === undefined ? {} : { logGroup }),
  };
}
