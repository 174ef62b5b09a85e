import { AwsError } from "../context.ts";
import { invalidParameter } from "./input.ts";

const PATTERN =
  /^(?:arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:|\d{12}:function:|function:)?([A-Za-z0-9_-]{1,64})(?::(\$LATEST|[A-Za-z0-9_-]+))?$/;

/**
 * @returns the bare name in a name, partial ARN or ARN.
 * @throws AwsError for what is none of them, and for versions and aliases, which the stack does not have.
 */
export function parseFunctionName(text: string, qualifier?: string | null): string {
  const match = PATTERN.exec(text);
  const name = match?.[1];
  if (!name)
    throw new AwsError(
      "ValidationException",
      `1 validation error detected: Value '${text}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?`,
    );
  const fromArn = match[2];
  if (fromArn && qualifier && fromArn !== qualifier) {
    throw invalidParameter("The derived qualifier from the function name does not match the specified qualifier.");
  }
  const wanted = fromArn ?? qualifier ?? "$LATEST";
  if (wanted !== "$LATEST") {
    throw new AwsError("ResourceNotFoundException", `Function not found: ${name}:${wanted}`, {
      status: 404,
      members: { Type: "User" },
    });
  }
  return name;
}
