import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parsed, startTestStack, type TestStack } from "./test/stack.ts";

let stack: TestStack;
beforeAll(async () => void (stack = await startTestStack()));
afterAll(() => stack.close());

let count = 0;
async function run(
  files: Record<string, string>,
  handler = "index.handler",
  event: unknown = {},
  more: { environment?: Record<string, string>; timeout?: number } = {},
) {
  const name = `f${++count}`;
  stack.lambda.define({ name, handler, codeDir: stack.code(files), ...more });
  const result = await stack.lambda.invoke(name, JSON.stringify(event));
  return { name, result, value: parsed(result.payload) };
}

describe("handlers", () => {
  it.each([
    ["ESM by its extension", { "index.mjs": "export const handler = async (event) => ({ got: event.a });" }],
    [
      "ESM by package.json",
      {
        "package.json": '{"type":"module"}',
        "index.js": "export const handler = async (event) => ({ got: event.a });",
      },
    ],
    ["CommonJS by its extension", { "index.cjs": "exports.handler = async (event) => ({ got: event.a });" }],
    [
      "CommonJS without a package.json",
      { "index.js": "const { sep } = require('path'); exports.handler = async (event) => ({ got: sep && event.a });" },
    ],
    [
      "CommonJS exports that are computed",
      { "index.cjs": "module.exports = Object.fromEntries([['handler', async (event) => ({ got: event.a })]]);" },
    ],
    [
      "top-level await",
      {
        "index.mjs":
          "const one = await Promise.resolve(1); export const handler = async (event) => ({ got: event.a * one });",
      },
    ],
    [
      "callback style",
      {
        "index.cjs":
          "exports.handler = (event, context, callback) => { setTimeout(() => callback(null, { got: event.a }), 5); };",
      },
    ],
    [
      "callback style that does not wait",
      {
        "index.cjs":
          "exports.handler = (event, context, callback) => { context.callbackWaitsForEmptyEventLoop = false; setInterval(() => {}, 1000); callback(null, { got: event.a }); };",
      },
    ],
  ])("run as %s", async (_title, files) => {
    const { value, result } = await run(files, "index.handler", { a: 7 });
    expect(result.functionError).toBeUndefined();
    expect(value).toEqual({ got: 7 });
  });

  it("may lie in folders and in objects", async () => {
    const { value } = await run(
      { "lib/app.mjs": "export const api = { main: async () => 'nested' };" },
      "lib/app.api.main",
    );
    expect(value).toBe("nested");
  });

  it("wait for an empty event loop after a callback, and answer null without one", async () => {
    const late =
      "exports.handler = (e, c, done) => { done(null, process.hrtime.bigint && 'first'); setTimeout(() => console.log('loop ended'), 30); };";
    const waited = await run({ "index.cjs": late });
    expect(waited.value).toBe("first");
    expect(waited.result.logTail).toContain("loop ended");
    expect((await run({ "index.cjs": "exports.handler = (event, context, callback) => {};" })).value).toBeNull();
    expect((await run({ "index.mjs": "export const handler = async () => {};" })).value).toBeNull();
  });

  it("fail when their promise can never settle", async () => {
    const { value, result } = await run({ "index.mjs": "export const handler = () => new Promise(() => {});" });
    expect(result.functionError).toBe("Unhandled");
    expect(value).toMatchObject({ errorType: "Runtime.NodeJsExit" });
  });

  it("see Lambda's context and variables, and nothing else of this process", async () => {
    process.env["SECRET_OF_THE_SHELL"] = "leak";
    const code = `
      const before = Object.keys(process.env);
      export const handler = async (event, context) => ({
        env: process.env, names: before, cwd: process.cwd(), offset: new Date().getTimezoneOffset(),
        context: { ...context }, remaining: context.getRemainingTimeInMillis(),
      });`;
    const { name, value, result } = await run(
      { "index.mjs": code },
      "index.handler",
      {},
      { environment: { MINE: "1" }, timeout: 5 },
    );
    delete process.env["SECRET_OF_THE_SHELL"];
    const { codeDir } = stack.lambda.get(name)?.definition ?? {};
    expect(value).toMatchObject({
      cwd: codeDir,
      offset: 0,
      remaining: expect.toSatisfy((ms: number) => ms > 4000 && ms <= 5000),
      env: {
        MINE: "1",
        AWS_LAMBDA_FUNCTION_NAME: name,
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "128",
        AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
        AWS_REGION: "us-east-1",
        AWS_ENDPOINT_URL: stack.endpoint,
        AWS_ACCESS_KEY_ID: expect.any(String),
        LAMBDA_TASK_ROOT: codeDir,
        _HANDLER: "index.handler",
        _X_AMZN_TRACE_ID: expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/),
      },
      context: {
        awsRequestId: result.requestId,
        functionName: name,
        functionVersion: "$LATEST",
        memoryLimitInMB: "128",
        logGroupName: `/aws/lambda/${name}`,
        logStreamName: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
        invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
        callbackWaitsForEmptyEventLoop: true,
      },
    });
    expect(JSON.stringify(value)).not.toContain("leak");
    expect(value).not.toHaveProperty("env.VITEST");
  });
});

describe("failures", () => {
  it.each([
    [
      "a throw",
      "export const handler = async () => { throw new TypeError('no'); };",
      { errorType: "TypeError", errorMessage: "no", trace: expect.arrayContaining(["TypeError: no"]) },
    ],
    [
      "a throw of no error",
      "export const handler = () => { throw 'text'; };",
      { errorType: "string", errorMessage: "text" },
    ],
    [
      "a throw of nothing",
      "export const handler = async () => { throw undefined; };",
      { errorType: "Error", errorMessage: "undefined" },
    ],
    [
      "a callback's error",
      "export const handler = (e, c, done) => done(new RangeError('far'));",
      { errorType: "RangeError", errorMessage: "far" },
    ],
    [
      "an answer that is no JSON",
      "export const handler = async () => { const a = {}; a.a = a; return a; };",
      { errorType: "Runtime.MarshalError" },
    ],
    [
      "an uncaught error",
      "export const handler = () => new Promise(() => { setTimeout(() => { throw new Error('later'); }, 5); });",
      { errorType: "Error", errorMessage: "later" },
    ],
    [
      "an unhandled rejection",
      "export const handler = () => new Promise(() => { void Promise.reject(new Error('lost')); });",
      { errorType: "Runtime.UnhandledPromiseRejection", errorMessage: "Error: lost" },
    ],
    [
      "a throw at load",
      "throw new Error('at load'); export const handler = 1;",
      { errorType: "Error", errorMessage: "at load" },
    ],
    [
      "a module that is missing",
      "import './nowhere.mjs'; export const handler = async () => 1;",
      { errorType: "Runtime.ImportModuleError" },
    ],
    ["a syntax error", "export const handler = async () => {", { errorType: "Runtime.UserCodeSyntaxError" }],
    [
      "no such export",
      "export const other = 1;",
      { errorType: "Runtime.HandlerNotFound", errorMessage: "index.handler is undefined or not exported" },
    ],
    ["a handler that is no function", "export const handler = 1;", { errorType: "Runtime.HandlerNotFound" }],
  ])("of %s are told as AWS tells them", async (_title, code, failure) => {
    const { value, result } = await run({ "index.mjs": code });
    expect(result.functionError).toBe("Unhandled");
    expect(value).toMatchObject(failure);
  });

  it.each([
    ["process.exit(1)", "process.exit(1)", "Runtime exited with error: exit status 1"],
    ["process.exit(0)", "process.exit(0)", "Runtime exited without providing a reason"],
    [
      "SIGKILL",
      "process.kill(process.pid, 'SIGKILL'); return new Promise(() => setInterval(() => {}, 1000))",
      "Runtime exited with error: signal: killed",
    ],
  ])(
    "of %s in a handler carry the request's id, and the next call finds a new environment",
    async (_title, code, message) => {
      const { name, value, result } = await run({
        "index.mjs": `export const handler = async (event) => { if (event.die !== false) { ${code}; } return "alive"; };`,
      });
      expect(value).toEqual({
        errorType: "Runtime.ExitError",
        errorMessage: `RequestId: ${result.requestId} Error: ${message}`,
      });
      expect(parsed((await stack.lambda.invoke(name, '{"die":false}')).payload)).toBe("alive");
    },
  );

  it("of process.exit at load end the invocation, not the stack", async () => {
    const { value, result } = await run({ "index.mjs": "process.exit(3); export const handler = 1;" });
    expect(result.functionError).toBe("Unhandled");
    expect(value).toMatchObject({
      errorType: "Runtime.ExitError",
      errorMessage: expect.stringContaining("exit status 3"),
    });
  });

  it("of a handler name that is none, or leaves its folder", async () => {
    expect((await run({ "index.mjs": "" }, "index")).value).toMatchObject({
      errorType: "Runtime.MalformedHandlerName",
    });
    expect((await run({ "index.mjs": "" }, "../../etc/x.handler")).value).toMatchObject({
      errorType: "Runtime.MalformedHandlerName",
    });
    expect((await run({}, "index.handler")).value).toMatchObject({ errorType: "Runtime.ImportModuleError" });
  });

  it("of an answer over 6 MB", async () => {
    const { value } = await run({ "index.mjs": "export const handler = async () => 'x'.repeat(7 * 1024 * 1024);" });
    expect(value).toMatchObject({ errorType: "Function.ResponseSizeTooLarge" });
    const { value: large } = await run({
      "index.mjs": "export const handler = async () => 'x'.repeat(5 * 1024 * 1024);",
    });
    expect(large).toHaveLength(5 * 1024 * 1024);
  });
});
