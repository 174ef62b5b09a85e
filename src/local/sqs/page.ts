import { invalidParameter, invalidValue } from "./errors.ts";
import { type Input, integer, text } from "./input.ts";
import { MAX_LISTED_QUEUES } from "./limits.ts";

/**
 * One page of names in order. A token is given only where MaxResults was, as by AWS.
 * @throws InvalidParameterValueException for a MaxResults out of range or a token that is none.
 */
export function page(input: Input, names: string[]): { names: string[]; nextToken?: string } {
  const max = integer(input, "MaxResults");
  if (max !== undefined && (max < 1 || max > MAX_LISTED_QUEUES)) {
    throw invalidValue(max, "MaxResults", `MaxResults must be an integer between 1 and ${MAX_LISTED_QUEUES}.`);
  }
  const token = text(input, "NextToken");
  const after = token === undefined ? "" : decode(token);
  const rest = names.filter((name) => name > after).sort();
  const shown = rest.slice(0, max ?? MAX_LISTED_QUEUES);
  const last = shown.at(-1);
  if (max === undefined || last === undefined || rest.length <= shown.length) return { names: shown };
  return { names: shown, nextToken: Buffer.from(`after:${last}`).toString("base64") };
}

function decode(token: string): string {
  const value = Buffer.from(token, "base64").toString("utf8");
  if (!value.startsWith("after:")) throw invalidParameter("Invalid or expired next token.");
  return value.slice("after:".length);
}
