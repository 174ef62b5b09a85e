import type { Json } from "./task.ts";

/** @returns the value of a JSON text. @throws SyntaxError. */
export function parseJson(text: string): Json {
  const value: unknown = JSON.parse(text);
  if (!isJson(value)) throw new SyntaxError("The text holds no JSON value.");
  return value;
}

/** The parser makes nothing but JSON values; this only says so to the compiler. */
function isJson(value: unknown): value is Json {
  return value !== undefined;
}
