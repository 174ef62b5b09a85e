import { describe, expect, it } from "vitest";
import { ModelError } from "../model/model-error.ts";
import { classify, parseRetryAfter } from "./classify.ts";
import { AttemptTimeout } from "./deadline.ts";
import { PermanentError, TransientError } from "./errors.ts";
import { fingerprint } from "../../contract/fingerprint.ts";
import { retryDelay } from "./backoff.ts";

const NOW = Date.parse("2026-11-24T12:00:00Z");
const error = (fields: object, name = "Error") => Object.assign(new Error("Something"), { name }, fields);

describe("classify", () => {
  it.each([
    ["PermanentError", new PermanentError("x")],
    ["status 400", error({ status: 400 })],
    ["status 401", error({ status: 401 })],
    ["status 403", error({ status: 403 })],
    ["status 404", error({ status: 404 })],
    ["status 422", error({ statusCode: 422 })],
    ["a response's status", error({ response: { status: 401 } })],
    ["an AWS refusal", error({ $metadata: { httpStatusCode: 403 } }, "AccessDeniedException")],
    ["a used-up quota", error({ status: 429, code: "insufficient_quota" })],
    ["OpenAI's nested code", error({ status: 429, error: { code: "insufficient_quota" } })],
    ["LangChain's code", error({ lc_error_code: "MODEL_AUTHENTICATION" })],
    ["a cause of that kind", new Error("outer", { cause: error({ status: 400 }) })],
    ["no key", new ModelError("x", { status: 401, code: "no_api_key" })],
    [
      "OpenAI's client without a key",
      new Error("Missing credentials. Please pass an `apiKey`, or set OPENAI_API_KEY."),
    ],
    ["an older one", new Error("The OPENAI_API_KEY environment variable is missing or empty; either provide it")],
    ["LangChain's", new Error("OpenAI or Azure OpenAI API key not found")],
    [
      "Anthropic's",
      new Error("Could not resolve authentication method. Expected either apiKey or authToken to be set."),
    ],
  ])("%s is permanent", (_name, thrown) => expect(classify(thrown, NOW).permanent).toBe(true));

  it.each([
    ["an unknown error", new TypeError("x")],
    ["no error at all", undefined],
    ["a text", "oops"],
    ["status 429", error({ status: 429 })],
    ["status 408", error({ status: 408 })],
    ["status 409", error({ status: 409 })],
    ["status 500", error({ status: 500 })],
    ["status 529", error({ status: 529 })],
    ["AWS throttling, which is a 400", error({ $metadata: { httpStatusCode: 400 } }, "ThrottlingException")],
    ["an expired token, which is a 403", error({ $metadata: { httpStatusCode: 403 } }, "ExpiredTokenException")],
    ["TransientError about a 400", new TransientError("x", { cause: error({ status: 400 }) })],
    ["the deadline", new AttemptTimeout(40)],
    ["an abort", new DOMException("x", "AbortError")],
    ["a broken connection", new ModelError("x", { code: "network" })],
  ])("%s is worth another attempt", (_name, thrown) => expect(classify(thrown, NOW).permanent).toBe(false));

  it("names an error by its class where it has no name of its own", () => {
    class RateLimitError extends Error {}
    class Named extends Error {
      override name = "ItsOwn";
    }
    const e = class e extends Error {};
    expect(classify(new RateLimitError("x"), NOW).name).toBe("RateLimitError");
    expect(classify(new Named("x"), NOW).name).toBe("ItsOwn");
    expect(classify(new e("x"), NOW).name).toBe("Error");
    expect(classify(Object.assign(new Error("x"), { constructor: undefined }), NOW).name).toBe("Error");
  });

  it("survives a cause that is a circle", () => {
    const circle = new Error("round");
    circle.cause = circle;
    expect(classify(circle, NOW)).toMatchObject({ name: "Error", message: "round", permanent: false });
  });

  it.each([
    [{ headers: new Headers({ "Retry-After": "7" }) }, 7_000],
    [{ headers: { "retry-after": "0.5" } }, 500],
    [{ headers: { "retry-after-ms": "1200", "retry-after": "9" } }, 1_200],
    [{ response: { headers: { "retry-after": "Tue, 24 Nov 2026 12:00:30 GMT" } } }, 30_000],
    [{ headers: { "retry-after": "Tue, 24 Nov 2026 11:00:00 GMT" } }, 0],
    [{ headers: { "retry-after": "86400" } }, 3_600_000],
    [{ headers: { "retry-after": "soon" } }, undefined],
    [{ retryAfterMs: 42 }, 42],
  ])("reads the wait that %j asks for", (fields, wait) => expect(classify(error(fields), NOW).retryAfterMs).toBe(wait));

  it("has no wait without a header", () => expect(parseRetryAfter(() => undefined, NOW)).toBeUndefined());
});

describe("fingerprint", () => {
  const of = (message: string, more = {}) => fingerprint({ name: "Error", message, ...more });

  it.each([
    [
      "Rate limit reached for org-abc123XYZ on requests: 3 of 3",
      "Rate limit reached for org-zzz999AAA on requests: 7 of 60",
    ],
    ["Request 4f1c2d3e-0000-4000-8000-1234567890ab failed", "Request 99999999-1111-4111-9111-ba0987654321 failed"],
    ["Could not read 'report.pdf'", 'Could not read "q2 figures.pdf"'],
    [
      "GET https://api.example.com/v1/x?y=1 timed out after 30000ms",
      "GET https://eu.example.com/v2 timed out after 10ms",
    ],
    ["req_011CQ8abcDEF overloaded", "req_99ZZabcabcde overloaded"],
    ["at 2026-11-24T12:00:00.123Z", "at 2025-01-02T03:04:05.678Z"],
  ])("is one for %j and %j", (a, b) => expect(of(a)).toBe(of(b)));

  it("differs by what was wrong", () => {
    const all = [
      of("Rate limit"),
      of("Bad request"),
      of("Rate limit", { status: 429 }),
      of("Rate limit", { code: "x" }),
    ];
    expect(new Set(all).size).toBe(4);
    expect(all[0]).toMatch(/^[0-9a-f]{12}$/);
  });
});

describe("retryDelay", () => {
  const backoff = { base: 5, max: 300 };
  it.each([
    [1, 0.5, 2_500],
    [2, 0.5, 5_000],
    [3, 0.999, 19_980],
    [20, 0.5, 150_000],
    [1, 0, 0],
  ])("attempt %i with chance %d waits %i ms", (attempt, random, ms) =>
    expect(retryDelay(attempt, backoff, random)).toBe(ms),
  );
  it("gives way to what the model asks for", () => expect(retryDelay(1, backoff, 0.5, 61_000)).toBe(61_000));
});
