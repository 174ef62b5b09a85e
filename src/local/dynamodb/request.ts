import { checkTypes, checkValidations } from "dynalite/validations/index.js";
import { AwsError } from "../context.ts";
import { isObject } from "../wire/objects.ts";

/** Largest item, in bytes. */
export const MAX_ITEM_SIZE = 400 * 1024;

/** dynalite's description of a request; `T` is what is left when it has been checked. */
export interface Types<T> {
  readonly input?: T;
}
export type Custom<T> = (data: T, store: object) => string | undefined;

export interface Shape<T> {
  types: Types<T>;
  custom?: Custom<T>;
}

/** What dynalite's validations look up in its store. */
const LIMITS = { options: { maxItemSize: MAX_ITEM_SIZE } };

/**
 * Checks a request as DynamoDB does before it looks at any table, and parses its expressions.
 * @throws AwsError `SerializationException`, `ValidationException`.
 */
export function parseRequest<T>(shape: Shape<T>, input: Record<string, unknown>): T {
  try {
    const data = checkTypes(withoutNulls(input), shape.types);
    checkValidations(data, shape.types, shape.custom, LIMITS);
    return data;
  } catch (error) {
    throw toAwsError(error);
  }
}

/** DynamoDB's 32 levels of a document are two of JSON each. */
const MAX_DEPTH = 100;

/** In a list, and in a map such as `AttributeUpdates`, a null is a member without contents; dynalite stumbles over it. */
function withoutNulls(input: Record<string, unknown>): Record<string, unknown> {
  const fill = (value: unknown) => inLists(value ?? {}, 2);
  return mapValues(input, (value) => (isObject(value) ? mapValues(value, fill) : inLists(value, 1)));
}

function inLists(value: unknown, depth: number): unknown {
  if (depth > MAX_DEPTH) throw new AwsError("SerializationException", "The request is nested too deeply.");
  if (Array.isArray(value)) return value.map((item: unknown) => inLists(item ?? {}, depth + 1));
  return isObject(value) ? mapValues(value, (item) => inLists(item, depth + 1)) : value;
}

function mapValues(from: Record<string, unknown>, map: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(from).map(([name, value]) => [name, map(value)]));
}

/** Adds parameters that are newer than dynalite to its description of a request. */
export function extendShape<T>(shape: Shape<T>, types: Record<string, object>): Shape<T> {
  return { types: { ...shape.types, ...types }, ...(shape.custom ? { custom: shape.custom } : {}) };
}

/** @throws the refusal, when there is one. */
export function refuse(refusal: Error | null | undefined): void {
  if (refusal) throw toAwsError(refusal);
}

export function validationError(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

export function resourceNotFound(message = "Requested resource not found"): AwsError {
  return new AwsError("ResourceNotFoundException", message);
}

/** dynalite's errors carry the wire's body; anything else is a fault of ours and passes through. */
export function toAwsError(error: unknown): unknown {
  if (!(error instanceof Error) || !("body" in error) || typeof error.body !== "object" || error.body === null)
    return error;
  const body: Record<string, unknown> = { ...error.body };
  const { __type: type, message = body["Message"] } = body;
  if (typeof type !== "string") return error;
  return new AwsError(type.slice(type.indexOf("#") + 1), typeof message === "string" ? message : error.message);
}
