import { AwsError } from "../context.ts";
import { invalidParameter, optionalObject } from "./input.ts";

/** AWS takes no more in all, in bytes. */
const MAX_ENVIRONMENT = 4096;

/** Names that Lambda sets itself (Lambda guide, "Defined runtime environment variables"). */
const RESERVED = new Set([
  "_HANDLER",
  "_X_AMZN_TRACE_ID",
  "AWS_DEFAULT_REGION",
  "AWS_REGION",
  "AWS_EXECUTION_ENV",
  "AWS_LAMBDA_FUNCTION_NAME",
  "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
  "AWS_LAMBDA_FUNCTION_VERSION",
  "AWS_LAMBDA_INITIALIZATION_TYPE",
  "AWS_LAMBDA_LOG_GROUP_NAME",
  "AWS_LAMBDA_LOG_STREAM_NAME",
  "AWS_ACCESS_KEY",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_LAMBDA_RUNTIME_API",
  "LAMBDA_TASK_ROOT",
  "LAMBDA_RUNTIME_DIR",
]);

/** Reads the variables a function is to have. @throws AwsError for names and sizes that AWS refuses. */
export function readEnvironment(input: Record<string, unknown>): Record<string, string> | undefined {
  const environment = optionalObject(input, "Environment");
  if (!environment) return undefined;
  const variables: Record<string, string> = {};
  let bytes = 0;
  for (const [name, value] of Object.entries(optionalObject(environment, "Variables") ?? {})) {
    // The values are secret: AWS repeats none of them.
    if (!/^_?[A-Za-z][A-Za-z0-9_]+$/.test(name) || typeof value !== "string") {
      throw new AwsError(
        "ValidationException",
        "1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy " +
          "constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]",
      );
    }
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
    variables[name] = value;
  }
  const reserved = Object.keys(variables).filter((name) => RESERVED.has(name));
  if (reserved.length > 0) {
    throw invalidParameter(
      "Lambda was unable to configure your environment variables because the environment variables you have provided " +
        `contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(", ")}`,
    );
  }
  if (bytes > MAX_ENVIRONMENT) {
    throw invalidParameter(
      `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit.`,
    );
  }
  return variables;
}
