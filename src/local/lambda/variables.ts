import { environmentBytes, MAX_ENVIRONMENT, RESERVED_VARIABLES } from "../../contract/function-environment.ts";
import { AwsError } from "../context.ts";
import { invalidParameter, optionalObject } from "./input.ts";

/** Reads the variables a function is to have. @throws AwsError for names and sizes that AWS refuses. */
export function readEnvironment(input: Record<string, unknown>): Record<string, string> | undefined {
  const environment = optionalObject(input, "Environment");
  if (!environment) return undefined;
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(optionalObject(environment, "Variables") ?? {})) {
    // The values are secret: AWS repeats none of them.
    if (!/^_?[A-Za-z][A-Za-z0-9_]+$/.test(name) || typeof value !== "string") {
      throw new AwsError(
        "ValidationException",
        "1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy " +
          "constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]",
      );
    }
    variables[name] = value;
  }
  const reserved = Object.keys(variables).filter((name) => RESERVED_VARIABLES.has(name));
  if (reserved.length > 0) {
    throw invalidParameter(
      "Lambda was unable to configure your environment variables because the environment variables you have provided " +
        `contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(", ")}`,
    );
  }
  if (environmentBytes(variables) > MAX_ENVIRONMENT) {
    throw invalidParameter(
      `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit.`,
    );
  }
  return variables;
}
