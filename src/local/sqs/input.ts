import { malformed, missingParameter } from "./errors.ts";

/** The parsed JSON body of a request, or an object within it. */
export type Input = Record<string, unknown>;

const wrongType = (name: string, type: string) => malformed(`The member ${name} must be ${type}.`);

function member(input: Input, name: string): unknown {
  const value = Object.hasOwn(input, name) ? input[name] : undefined;
  return value === null ? undefined : value;
}

/** @throws SerializationException when the member is there and no string. */
export function text(input: Input, name: string): string | undefined {
  const value = member(input, name);
  if (value === undefined || typeof value === "string") return value;
  throw wrongType(name, "a string");
}

/** @throws MissingRequiredParameterException when it is absent. */
export function requiredText(input: Input, name: string): string {
  const value = text(input, name);
  if (value === undefined) throw missingParameter(name);
  return value;
}

export function integer(input: Input, name: string): number | undefined {
  const value = member(input, name);
  if (value === undefined) return undefined;
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw wrongType(name, "an integer");
}

export function isObject(value: unknown): value is Input {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function object(input: Input, name: string): Input | undefined {
  const value = member(input, name);
  if (value === undefined || isObject(value)) return value;
  throw wrongType(name, "an object");
}

export function list(input: Input, name: string): unknown[] | undefined {
  const value = member(input, name);
  if (value === undefined || Array.isArray(value)) return value;
  throw wrongType(name, "a list");
}

export function texts(input: Input, name: string): string[] | undefined {
  return list(input, name)?.map((item) => {
    if (typeof item === "string") return item;
    throw wrongType(name, "a list of strings");
  });
}

/** A map of strings, such as attributes and tags. */
export function textMap(input: Input, name: string): Record<string, string> | undefined {
  const value = object(input, name);
  if (!value) return undefined;
  const result: Record<string, string> = {};
  for (const [key, item] of Object.entries(value)) {
    if (typeof item !== "string") throw wrongType(`${name}.${key}`, "a string");
    result[key] = item;
  }
  return result;
}
