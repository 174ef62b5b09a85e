import { isObject, isScalar } from "../wire/objects.ts";

/** What goes to the client. */
export interface HttpAnswer {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer;
}

/** @returns one of API Gateway's own answers, `{"message": ...}`. */
export function message(status: number, text: string): HttpAnswer {
  return {
    status,
    headers: { "content-type": "application/json" },
    body: Buffer.from(JSON.stringify({ message: text })),
  };
}

/** The function's answer cannot be sent; API Gateway tells the client nothing more than 500. */
export class MalformedAnswer extends Error {}

/**
 * Reads a function's answer as payload format 2.0 does: an object with `statusCode` is a response, anything else is the
 * body of a 200.
 *
 * @throws MalformedAnswer saying which member is wrong.
 */
export function readAnswer(payload: Buffer): HttpAnswer {
  const value = parse(payload);
  if (!isObject(value) || value["statusCode"] === undefined) {
    const text = typeof value === "string" ? value : JSON.stringify(value ?? null);
    return { status: 200, headers: { "content-type": "application/json" }, body: Buffer.from(text) };
  }
  const headers: HttpAnswer["headers"] = { "content-type": "text/plain; charset=utf-8" };
  for (const [name, header] of Object.entries(readHeaders(value["headers"]))) headers[name.toLowerCase()] = header;
  const cookies = readCookies(value["cookies"]);
  if (cookies.length > 0) headers["set-cookie"] = cookies;
  return { status: readStatus(value["statusCode"]), headers, body: readBody(value["body"], value["isBase64Encoded"]) };
}

function parse(payload: Buffer): unknown {
  if (payload.length === 0) return null;
  try {
    return JSON.parse(payload.toString("utf8"));
  } catch {
    throw new MalformedAnswer("the answer is not JSON");
  }
}

function readStatus(value: unknown): number {
  const status = typeof value === "string" && /^\d{3}$/.test(value) ? Number(value) : value;
  if (typeof status === "number" && Number.isInteger(status) && status >= 200 && status <= 599) return status;
  throw new MalformedAnswer("statusCode is not a status from 200 to 599");
}

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

function readHeaders(value: unknown): Record<string, string> {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw new MalformedAnswer("headers is not an object");
  const headers: Record<string, string> = {};
  for (const [name, header] of Object.entries(value)) {
    if (header === undefined || header === null) continue;
    if (!isScalar(header) || !HEADER_NAME.test(name) || /[\r\n\0]/.test(String(header))) {
      throw new MalformedAnswer(`the header ${JSON.stringify(name)} is not one line of text`);
    }
    // The connection is ours to manage.
    if (!/^(connection|transfer-encoding|content-length|keep-alive|upgrade)$/i.test(name))
      headers[name] = String(header);
  }
  return headers;
}

function readCookies(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((item): item is string => typeof item === "string" && !/[\r\n\0]/.test(item)))
    return value;
  throw new MalformedAnswer("cookies is not a list of strings");
}

function readBody(value: unknown, base64: unknown): Buffer {
  if (value === undefined || value === null) return Buffer.alloc(0);
  if (typeof value !== "string") throw new MalformedAnswer("body is not a string");
  return Buffer.from(value, base64 === true ? "base64" : "utf8");
}
