import { describe, expect, it } from "vitest";
import { redact } from "./redact.ts";
import { toTaskError } from "./task-error.ts";

const SECRET = 'päss"word/with+all? of it';
const base64 = (text: string) => Buffer.from(text).toString("base64");

it("redacts keys, tokens and what it is told", () => {
  expect(
    redact("Bearer abc.def== sk-proj-1234567890. AKIAABCDEFGHIJKLMNOP my-secret-value ok", ["my-secret-value", "ok"]),
  ).toBe("[redacted] [redacted]. [redacted] [redacted] ok");
});

describe("a secret is found", () => {
  it.each([
    ["as it is", SECRET],
    ["in JSON", JSON.stringify(SECRET).slice(1, -1)],
    ["in an address", encodeURIComponent(SECRET)],
    ["in a form", new URLSearchParams({ a: SECRET }).toString().slice(2)],
    ["in base64", base64(SECRET)],
    ["in base64 for addresses", Buffer.from(SECRET).toString("base64url")],
  ])("%s", (_what, form) => {
    expect(redact(`refused: <${form}>`, [SECRET])).toMatch(/^refused: <\[redacted\]\w?=*>$/);
  });

  it.each(["a", "ab", "abc", "user:"])("in base64 behind %s, as in HTTP's Basic", (before) => {
    for (const after of ["", "x", "xy", "xyz"]) {
      const text = redact(base64(before + SECRET + after), [SECRET]);
      expect(text).toContain("[redacted]");
      expect(text.length).toBeLessThan("[redacted]".length + base64(before + after).length + 4);
    }
  });

  it("whole, where another begins it", () => {
    expect(redact("it was prefix-1234-and-more", ["prefix-1234", "prefix-1234-and-more"])).toBe("it was [redacted]");
  });

  it.each([
    ["standing alone, from 6 characters", "pass hunter2, please", "hunter2", "pass [redacted], please"],
    ["but not within a word", "xhunter2x", "hunter2", "xhunter2x"],
    ["nor as a plain word", "ollama is not there", "ollama", "ollama is not there"],
    ["nor below 6 characters", "the answer is a1b2c", "a1b2c", "the answer is a1b2c"],
    ["whatever is in it", "no (a.b+c) here", "a.b+c", "no (a.b+c) here"],
    ["whatever is in it, too", "no [a.b+c$] here", "a.b+c$", "no [[redacted]] here"],
    ["half a character pair and all", "<\ud83dabcdefgh>", "\ud83dabcdefgh", "<[redacted]>"],
  ])("%s", (_what, text, secret, expected) => expect(redact(text, [secret])).toBe(expected));
});

it("a prompt is found as it is and in JSON, from 8 characters", () => {
  expect(redact('say "My\\nquestion." and fail', [], ["My\nquestion.", "fail"])).toBe('say "[redacted]" and fail');
});

it("an error is searched in all of its texts, and its fingerprint made of what is left", () => {
  const facts = (secret: string) => ({
    name: `Error of ${secret}`,
    message: `refused ${secret}`,
    code: `code_${secret}`,
    permanent: false,
    unauthorized: false,
  });
  const error = toTaskError(facts("my-secret-value"), ["my-secret-value"], "");
  expect(error).toMatchObject({ name: "Error of [redacted]", message: "refused [redacted]", code: "code_[redacted]" });
  expect(toTaskError(facts("another-secret-value"), ["another-secret-value"], "")).toEqual(error);
});
