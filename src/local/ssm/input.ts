import { AwsError } from "../context.ts";

/** A request's members, read once at the edge. Each reader throws AwsError `ValidationException` naming the member. */
export interface Input {
  text(name: string): string;
  optionalText(name: string): string | undefined;
  flag(name: string): boolean;
  /** Within the bounds; `fallback` when absent. */
  count(name: string, bounds: { min: number; max: number; fallback: number }): number;
  texts(name: string): string[];
  objects(name: string): Input[];
}

export function readInput(source: Record<string, unknown>): Input {
  const optionalText = (name: string): string | undefined => {
    const value = source[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== "string") throw wrongType(name, "a string");
    return value;
  };
  const list = (name: string): unknown[] => {
    const value = source[name];
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) throw wrongType(name, "a list");
    return value;
  };
  return {
    optionalText,
    text(name) {
      const value = optionalText(name);
      if (value === undefined)
        throw invalid(`Value null at '${lowerFirst(name)}' failed to satisfy constraint: Member must not be null`);
      return value;
    },
    flag(name) {
      const value = source[name];
      if (value === undefined || value === null) return false;
      if (typeof value !== "boolean") throw wrongType(name, "a boolean");
      return value;
    },
    count(name, { min, max, fallback }) {
      const value = source[name];
      if (value === undefined || value === null) return fallback;
      if (typeof value !== "number" || !Number.isInteger(value)) throw wrongType(name, "an integer");
      if (value < min) throw constraint(name, String(value), `Member must have value greater than or equal to ${min}`);
      if (value > max) throw constraint(name, String(value), `Member must have value less than or equal to ${max}`);
      return value;
    },
    texts: (name) =>
      list(name).map((item) => {
        if (typeof item !== "string") throw wrongType(name, "a list of strings");
        return item;
      }),
    objects: (name) =>
      list(name).map((item) => {
        if (typeof item !== "object" || item === null || Array.isArray(item))
          throw wrongType(name, "a list of structures");
        return readInput({ ...item });
      }),
  };
}

/** A `ValidationException` as AWS words one that breaks a constraint of the model. */
export function constraint(name: string, value: string, rule: string): AwsError {
  return invalid(`Value '${value}' at '${lowerFirst(name)}' failed to satisfy constraint: ${rule}`);
}

function invalid(detail: string): AwsError {
  return new AwsError("ValidationException", `1 validation error detected: ${detail}`);
}

function wrongType(name: string, wanted: string): AwsError {
  return new AwsError("SerializationException", `The member ${name} must be ${wanted}.`);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
