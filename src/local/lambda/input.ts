import { AwsError } from "../context.ts";

/** Reads the members of a request, with AWS's error for one that is not as it must be. */

function refuse(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message, { status: 400, members: { Type: "User" } });
}

/** @returns AWS's error for a parameter that makes no sense. */
export const invalidParameter = refuse;

function violated(value: unknown, member: string, constraint: string): AwsError {
  const at = `${member.charAt(0).toLowerCase()}${member.slice(1)}`;
  return new AwsError(
    "ValidationException",
    `1 validation error detected: Value '${String(value)}' at '${at}' failed to satisfy constraint: ${constraint}`,
  );
}

function missing(member: string): AwsError {
  const at = `${member.charAt(0).toLowerCase()}${member.slice(1)}`;
  return new AwsError(
    "ValidationException",
    `1 validation error detected: Value null at '${at}' failed to satisfy constraint: Member must not be null`,
  );
}

type Input = Record<string, unknown>;

export function optionalText(input: Input, member: string): string | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw violated(value, member, "Member must be a string");
  return value;
}

/** @param pattern the API model's, which AWS repeats in its error. */
export function optionalMatch(input: Input, member: string, pattern: RegExp): string | undefined {
  const value = optionalText(input, member);
  if (value === undefined || pattern.test(value)) return value;
  const source = pattern.source.replace(/^\^|\$$/g, "").replaceAll("\\/", "/");
  throw violated(value, member, `Member must satisfy regular expression pattern: ${source}`);
}

export function requiredText(input: Input, member: string): string {
  const value = optionalText(input, member);
  if (value === undefined || value === "") throw missing(member);
  return value;
}

export function optionalInteger(input: Input, member: string, min: number, max: number): number | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value)) throw violated(value, member, "Member must be an integer");
  if (value < min) throw violated(value, member, `Member must have value greater than or equal to ${min}`);
  if (value > max) throw violated(value, member, `Member must have value less than or equal to ${max}`);
  return value;
}

export function optionalBoolean(input: Input, member: string): boolean | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "boolean") throw violated(value, member, "Member must be a boolean");
  return value;
}

export function optionalObject(input: Input, member: string): Input | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "object" || Array.isArray(value)) throw violated(value, member, "Member must be a structure");
  return { ...value };
}

export function optionalChoice<T extends string>(input: Input, member: string, choices: readonly T[]): T | undefined {
  const value = optionalText(input, member);
  if (value === undefined) return undefined;
  const choice = choices.find((item) => item === value);
  if (!choice) throw violated(value, member, `Member must satisfy enum value set: [${choices.join(", ")}]`);
  return choice;
}

/** A map of strings. */
export function optionalTextMap(input: Input, member: string): Record<string, string> | undefined {
  const map = optionalObject(input, member);
  if (!map) return undefined;
  return Object.fromEntries(
    Object.entries(map).map(([name, value]) => {
      if (typeof value !== "string") throw violated(value, member, "Member must be a map of strings");
      return [name, value];
    }),
  );
}

export function optionalTexts(input: Input, member: string): string[] | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string"))
    throw violated(value, member, "Member must be a list of strings");
  return value;
}
