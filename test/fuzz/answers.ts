import { expect } from "vitest";
import { decodeCbor } from "../../src/local/wire/cbor.ts";
import { isObject } from "../../src/local/wire/objects.ts";

export interface Answer {
  status: number;
  headers: Headers;
  body: Buffer;
}

/** @throws unless the answer is one that the service's clients can read, and an error one of AWS's shape. */
export function checkAnswer({ status, headers, body }: Answer): void {
  // S3's answer for what it does not do.
  if (status !== 501) expect(status, "the stack itself must not fail").toBeLessThan(500);
  const type = headers.get("content-type") ?? "";
  const failed = status >= 400;
  if (body.length === 0) return;
  if (type.includes("cbor")) return checkCode(failed, decodeCbor(body));
  if (type.includes("json")) return checkCode(failed, JSON.parse(body.toString("utf8")), headers);
  if (type.includes("xml")) {
    const text = body.toString("utf8");
    expect(xmlProblem(text), text.slice(0, 500)).toBeUndefined();
    if (failed)
      expect(text).toMatch(/<Error><Type>Sender<\/Type><Code>[\w.]+<\/Code>|<Error><Code>[\w.]+<\/Code><Message>/);
    return;
  }
  expect(failed, `an error of the type ${type}`).toBe(false);
}

function checkCode(failed: boolean, value: unknown, headers?: Headers): void {
  if (!failed) return;
  if (!isObject(value)) return expect.unreachable("An error is an object.");
  // Without a signature nothing names a service: it is the HTTP API, which has no route, and whose errors have no code.
  if (value["message"] === "Not Found") return;
  const code = value["__type"] ?? headers?.get("x-amzn-errortype");
  expect(code).toEqual(expect.stringMatching(/^([\w.]+#)?\w+$/));
  expect(typeof (value["message"] ?? value["Message"]), "words for it").toBe("string");
}

const TOKEN = /<\?[^>]*\?>|<(\/?)([A-Za-z_][\w.-]*)((?:\s+[\w:.-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/y;

/** @returns what keeps a document from being well-formed. */
export function xmlProblem(text: string): string | undefined {
  const open: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) return `no markup at ${at}`;
    const [, closes, name, , empty, chars] = match;
    if (chars !== undefined) {
      if (/&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-f]+);)/i.test(chars)) return `a bare & after ${at}`;
      // XML 1.0 has no place for these.
      if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(chars)) return `a control character after ${at}`;
    } else if (name !== undefined) {
      if (closes && open.pop() !== name) return `</${name}> closes something else at ${at}`;
      if (!closes && !empty) open.push(name);
    }
  }
  return open.length > 0 ? `<${open.at(-1)}> is not closed` : undefined;
}
