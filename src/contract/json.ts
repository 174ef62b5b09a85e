import type { Json } from "./task.ts";

/** @returns the value of a JSON text. @throws SyntaxError. */
export function parseJson(text: string): Json {
  const value: unknown = JSON.parse(text);
  if (!isJson(value)) throw new SyntaxError("The text holds no JSON value.");
  return value;
}

/** @returns the value of a JSON text; undefined for a text that is none. */
export function jsonIn(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/** @returns the value of a JSON text; any other text as it is. */
export function jsonOrText(text: string): Json {
  const value = jsonIn(text);
  return value === undefined ? text : value;
}

/** @returns an object's own member; undefined for what is no object, or has none of the name. */
export function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined;
}

/** The parser makes nothing but JSON values; this only says so to the compiler. */
function isJson(value: unknown): value is Json {
  return value !== undefined;
}

/**
 * @returns a value as the JSON of a message. SQS refuses U+FFFE and U+FFFF, which JSON can write as escapes; all else it
 * refuses is escaped already.
 */
export function messageText(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[\uFFFE\uFFFF]/g, (char) => `\\u${char.charCodeAt(0).toString(16)}`);
}
