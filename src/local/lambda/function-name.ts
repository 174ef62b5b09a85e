import { AwsError, type LocalContext } from "../context.ts";
import { invalidParameter } from "./input.ts";

type Place = Pick<LocalContext, "region" | "accountId">;

const PATTERN =
  /^(?:arn:aws[a-z-]*:lambda:([a-z0-9-]+):(\d{12}):function:|(\d{12}):function:|function:)?([A-Za-z0-9_-]{1,64})(?::(\$LATEST|[A-Za-z0-9_-]+))?$/;

/** @returns the ARN of a function of this stack. */
export function arnOf(place: Place, name: string): string {
  return `arn:aws:lambda:${place.region}:${place.accountId}:function:${name}`;
}

/** @returns AWS's error for a function, version or alias that does not exist. */
export function missingFunction(place: Place, name: string): AwsError {
  return notFound(`Function not found: ${arnOf(place, name)}`);
}

/**
 * @returns the bare name in a name, partial ARN or ARN.
 * @throws AwsError for what is none of them, for other regions and accounts, and for versions and aliases, which the stack
 *   does not have.
 */
export function parseFunctionName(place: Place, text: string, qualifier?: string | null): string {
  const [, region, arnAccount, partialAccount, name, fromArn] = PATTERN.exec(text) ?? [];
  if (name === undefined)
    throw new AwsError(
      "ValidationException",
      `1 validation error detected: Value '${text}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?`,
    );
  if (region !== undefined && region !== place.region)
    throw notFound(`Functions from '${region}' are not reachable in this region ('${place.region}')`);
  const account = arnAccount ?? partialAccount ?? place.accountId;
  if (fromArn !== undefined && qualifier && fromArn !== qualifier) {
    throw invalidParameter("The derived qualifier from the function name does not match the specified qualifier.");
  }
  const wanted = fromArn ?? qualifier ?? "$LATEST";
  if (account !== place.accountId || wanted !== "$LATEST") {
    throw missingFunction({ ...place, accountId: account }, wanted === "$LATEST" ? name : `${name}:${wanted}`);
  }
  return name;
}

function notFound(message: string): AwsError {
  return new AwsError("ResourceNotFoundException", message, { status: 404, members: { Type: "User" } });
}
