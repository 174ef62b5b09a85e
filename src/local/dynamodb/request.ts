import { checkTypes, checkValidations } from "dynalite/validations/index.js";
import { AwsError } from "../context.ts";

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
    const data = checkTypes(input, shape.types);
    checkValidations(data, shape.types, shape.custom, LIMITS);
    return data;
  } catch (error) {
    throw toAwsError(error);
  }
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
