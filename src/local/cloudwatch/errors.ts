import { AwsError } from "../context.ts";

/*
 * CloudWatch was a query service before it spoke JSON and CBOR: each error has its shape's name and, in the
 * `x-amzn-query-error` header, the code that clients show. Both stand here and nowhere else.
 */

export const invalidValue = (message: string) =>
  new AwsError("InvalidParameterValueException", message, { queryCode: "InvalidParameterValue" });

export const invalidCombination = (message: string) =>
  new AwsError("InvalidParameterCombinationException", message, { queryCode: "InvalidParameterCombination" });

export const missing = (parameter: string) =>
  new AwsError("MissingRequiredParameterException", `The parameter ${parameter} is required.`, {
    queryCode: "MissingParameter",
  });

export const validation = (message: string) =>
  new AwsError("ValidationError", message, { queryCode: "ValidationError" });

/** A constraint of the API's model that does not hold, as AWS words it. */
export const constraint = (parameter: string, value: unknown, rule: string) =>
  validation(
    `1 validation error detected: Value '${String(value)}' at '${lowerFirst(parameter)}' failed to satisfy constraint: ${rule}`,
  );

export const nullMember = (parameter: string) =>
  validation(
    `1 validation error detected: Value null at '${lowerFirst(parameter)}' failed to satisfy constraint: Member must not be null`,
  );

/** What AWS has and the local stack has not, as an error that says so. */
export const notOffered = (what: string) => validation(`The local stack does not offer ${what}.`);

export const malformed = (message: string) =>
  new AwsError("SerializationException", message, { queryCode: "MalformedInput" });

export const invalidNextToken = () =>
  new AwsError("InvalidNextToken", "The specified NextToken is invalid.", { queryCode: "InvalidNextToken" });

/** Of SetAlarmState. */
export const alarmNotFound = () =>
  new AwsError("ResourceNotFound", "The named resource does not exist.", {
    status: 404,
    queryCode: "ResourceNotFound",
  });

/** Of the tags' actions. */
export const resourceNotFound = (type: string, id: string) =>
  new AwsError("ResourceNotFoundException", `The ${type} ${id} does not exist.`, {
    status: 404,
    queryCode: "ResourceNotFoundException",
    members: { ResourceType: type, ResourceId: id },
  });

export const invalidFormat = (message: string) =>
  new AwsError("InvalidFormatFault", message, { queryCode: "InvalidFormat" });

export const limitExceeded = (message: string) =>
  new AwsError("LimitExceededFault", message, { queryCode: "LimitExceeded" });

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
