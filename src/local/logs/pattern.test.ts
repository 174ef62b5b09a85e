import { describe, expect, it } from "vitest";
import { compilePattern } from "./pattern.ts";

const line = JSON.stringify({
  level: "error",
  attempt: 2,
  ok: false,
  none: null,
  user: { name: "Ann Lee", "odd key": 1 },
  list: [{ id: 1 }, { id: 22 }],
  ip: "10.0.0.7",
});

describe("terms", () => {
  it.each([
    ["", "anything", true],
    ["ERROR", "an ERROR here", true],
    ["ERROR", "an error here", false],
    ["ERROR 500", "500 is an ERROR", true],
    ["ERROR 500", "ERROR 404", false],
    ['"internal error"', "an internal error", true],
    ['"internal error"', "error internal", false],
    ['"a \\"b\\""', 'say a "b"', true],
    ["?ERROR ?WARN", "WARN", true],
    ["?ERROR ?WARN", "INFO", false],
    ["ERROR -exit", "ERROR", true],
    ["ERROR -exit", "ERROR on exit", false],
    ['-"not me"', "not me", false],
    ["ERROR ?WARN", "ERROR", true],
    ["%4[0-9]{2}%", "status 429", true],
    ["%4[0-9]{2}%", "status 500", false],
  ])("%s on %s", (pattern, message, passes) => {
    expect(compilePattern(pattern)(message)).toBe(passes);
  });
});

describe("JSON", () => {
  it.each([
    ['{ $.level = "error" }', true],
    ["{ $.level = error }", true],
    ['{ $.level != "error" }', false],
    ['{ $.missing != "x" }', true],
    ['{ $.level = "err*" }', true],
    ['{ $.ip = "10.0.*.7" }', true],
    ["{ $.ip = %^10\\.% }", true],
    ["{ $.attempt = 2 }", true],
    ["{ $.attempt > 1 }", true],
    ["{ $.attempt >= 2.0 }", true],
    ["{ $.attempt < 2 }", false],
    ["{ $.attempt <= 2e0 }", true],
    ["{ $.level > 1 }", false],
    ['{ $.user.name = "Ann Lee" }', true],
    ['{ $.user["odd key"] = 1 }', true],
    ["{ $.list[1].id = 22 }", true],
    ["{ $.list[*].id = 1 }", true],
    ["{ $.list[7].id = 1 }", false],
    ["{ $.ok IS FALSE }", true],
    ["{ $.ok IS TRUE }", false],
    ["{ $.none IS NULL }", true],
    ["{ $.nowhere NOT EXISTS }", true],
    ["{ $.level NOT EXISTS }", false],
    ['{ $.level = "error" && $.attempt = 3 }', false],
    ['{ ($.level = "error") && ($.attempt = 2) }', true],
    ['{ $.level = "info" || $.attempt = 2 && $.ok IS FALSE }', true],
    ['{ ($.level = "info" || $.attempt = 2) && $.ok IS TRUE }', false],
  ])("%s", (pattern, passes) => {
    expect(compilePattern(pattern)(line)).toBe(passes);
  });

  it("passes no line that is no JSON", () => {
    for (const message of ["text", "{broken", ""]) expect(compilePattern('{ $.a != "b" }')(message)).toBe(false);
  });
});

describe("what cannot be read", () => {
  it.each([
    "{",
    "{}",
    "{ $.a }",
    "{ $.a = }",
    "{ a = 1 }",
    "{ $.a = 1 } x",
    "{ $.a > text }",
    "{ $.a IS WHAT }",
    "{ ($.a = 1 }",
    "[a, b]",
    "a-b",
    '"open',
    "%(%",
    "{ $.a = %(% }",
  ])("%s is refused as AWS does", (pattern) => {
    expect(() => compilePattern(pattern)).toThrow(expect.objectContaining({ code: "InvalidParameterException" }));
  });
});
