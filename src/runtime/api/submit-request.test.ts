import { describe, expect, test } from "vitest";
import { userPrefix } from "../../contract/documents.ts";
import { MAX_TASK_BYTES } from "../../contract/task.ts";
import { ApiError } from "./api-error.ts";
import type { Caller } from "./caller.ts";
import { messageText } from "../../contract/json.ts";
import { parseSubmitRequest } from "./submit-request.ts";

const RULES = { bucket: "own", allowedBuckets: ["own", "shared-docs"], allowLoopback: false };
const SERVICE: Caller = { kind: "service" };
const USER: Caller = { kind: "user", userId: "auth0|1" };

function refusal(body: unknown, caller = SERVICE, rules: Parameters<typeof parseSubmitRequest>[2] = RULES): ApiError {
  try {
    parseSubmitRequest(typeof body === "string" ? body : JSON.stringify(body), caller, rules);
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error("It was not refused.");
}

test("takes a task as it is", () => {
  const request = {
    taskId: "uuid-1234-5678",
    userId: "user-99",
    prompt: "p",
    documentReference: "s3://shared-docs/a/b.pdf",
    callbackUrl: "https://a.example/x",
    input: [1],
    metadata: { a: null },
  };
  expect(parseSubmitRequest(JSON.stringify(request), SERVICE, RULES)).toEqual(request);
});

test.each<[string, unknown, string]>([
  ["prompt", {}, "is missing"],
  ["prompt", { prompt: "  " }, "must be a text that is not empty"],
  ["prompt", { prompt: 5 }, "must be a text"],
  ["taskId", { prompt: "p", taskId: "short" }, "8 to 128 characters"],
  ["taskId", { prompt: "p", taskId: "with/slash-and#hash" }, "8 to 128 characters"],
  ["userId", { prompt: "p", userId: "" }, "1 to 256"],
  ["userId", { prompt: "p", userId: "jane\nstatus  completed" }, "on one line"],
  ["userId", { prompt: "p", userId: "jane\u2028x" }, "on one line"],
  ["documentReference", { prompt: "p", documentReference: "report.pdf" }, "must look like s3://bucket/key"],
  ["documentReference", { prompt: "p", documentReference: "s3://theirs/x" }, "allowed: own, shared-docs"],
  ["callbackUrl", { prompt: "p", callbackUrl: "http://a.example/" }, "must be https"],
  ["callbackUrl", { prompt: "p", callbackUrl: "https://localhost/" }, "names this machine"],
  ["callbackUrl", { prompt: "p", callbackUrl: "https://u:p@a.example/" }, "user name or password"],
  ["callbackUrl", { prompt: "p", callbackUrl: "nowhere" }, "not an absolute URL"],
  ["metadata", { prompt: "p", metadata: [] }, "must be an object"],
  ["input", { prompt: "p", input: JSON.parse("[".repeat(40) + "]".repeat(40)) }, "nested too deep"],
  ["promt", { promt: "p", prompt: "p" }, "is not a field of a task"],
])("names %s in %j", (path, body, message) => {
  const error = refusal(body);
  expect(error.status).toBe(400);
  expect(error.issues).toContainEqual({ path, message: expect.stringContaining(message) });
});

test("tells all issues at once", () => {
  expect(refusal({ taskId: "x", callbackUrl: "ftp://a" }).issues).toHaveLength(3);
});

test.each([["{"], ["[]"], ["null"], [""], ["text"]])("a body of %j is refused without being quoted", (body) => {
  expect(refusal(body)).toMatchObject({ status: 400, code: "INVALID_REQUEST" });
  expect(refusal('{"prompt": "my secret').message).not.toContain("secret");
});

test("a task over the limit is refused with the way out", () => {
  expect(refusal({ prompt: "x".repeat(MAX_TASK_BYTES) })).toMatchObject({
    status: 413,
    code: "TASK_TOO_LARGE",
    hint: expect.stringContaining("POST /documents"),
  });
});

describe("a user", () => {
  test("acts for itself only", () => {
    expect(refusal({ prompt: "p", userId: "somebody" }, USER)).toMatchObject({ status: 403 });
    expect(parseSubmitRequest(JSON.stringify({ prompt: "p", userId: "auth0|1" }), USER, RULES).prompt).toBe("p");
  });
  test("reads its own documents of the stage's bucket, not others' and no results", () => {
    expect(refusal({ prompt: "p", documentReference: `s3://own/${userPrefix("auth0|2")}1/a.pdf` }, USER).status).toBe(
      403,
    );
    expect(refusal({ prompt: "p", documentReference: "s3://own/results/1.json" }, USER).status).toBe(403);
    const own = `s3://own/${userPrefix("auth0|1")}1/a.pdf`;
    expect(
      parseSubmitRequest(JSON.stringify({ prompt: "p", documentReference: own }), USER, RULES).documentReference,
    ).toBe(own);
  });
});

describe("callbacks", () => {
  test("may be loopback, also http, on the local stage only", () => {
    const body = JSON.stringify({ prompt: "p", callbackUrl: "http://127.0.0.1:3000/hook" });
    expect(parseSubmitRequest(body, SERVICE, { ...RULES, allowLoopback: true }).callbackUrl).toBe(
      "http://127.0.0.1:3000/hook",
    );
    expect(
      refusal({ prompt: "p", callbackUrl: "http://a.example/" }, SERVICE, { ...RULES, allowLoopback: true }).status,
    ).toBe(400);
  });
  test.each([
    ["https://example.com/", true],
    ["https://api.hooks.dev/", true],
    ["https://hooks.dev/", false],
    ["https://evilhooks.dev/", false],
    ["https://example.com.evil.dev/", false],
  ])("to %s are allowed by the list: %s", (callbackUrl, allowed) => {
    const rules = { ...RULES, callbackHosts: ["example.com", "*.hooks.dev"] };
    const parse = () => parseSubmitRequest(JSON.stringify({ prompt: "p", callbackUrl }), SERVICE, rules);
    if (allowed) expect(parse().callbackUrl).toBe(callbackUrl);
    else expect(parse).toThrow("allowed (webhooks.allow): example.com, *.hooks.dev");
  });
});

test("the message is the task's JSON, in characters that SQS takes", () => {
  const task = { taskId: "task-0001", userId: "u", prompt: "a\uFFFEb\uFFFF\u0001\uD800" };
  expect(messageText(task)).not.toMatch(/[\uFFFE\uFFFF\u0001\uD800]/);
  expect(JSON.parse(messageText(task))).toEqual(task);
});
