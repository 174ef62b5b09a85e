import { afterEach, describe, expect, it, vi } from "vitest";
import { AwsError } from "../context.ts";
import type { InvocationFault } from "./host.ts";
import { alive, parsed, startTestStack, type TestStack } from "./test/stack.ts";

const stacks: TestStack[] = [];
afterEach(async () => {
  for (const stack of stacks.splice(0)) await stack.close();
});
async function start(options: Parameters<typeof startTestStack>[0] = {}) {
  const stack = await startTestStack(options);
  stacks.push(stack);
  return stack;
}

const PID =
  "export const handler = async (event) => { if (event.ms) await new Promise((r) => setTimeout(r, event.ms)); return process.pid; };";
/** Answers when the file it is given exists. */
const GATE = `
  import { existsSync } from "node:fs";
  export const handler = async (event) => {
    while (event.gate && !existsSync(event.gate)) await new Promise((r) => setTimeout(r, 5));
    return VERSION;
  };`;
const throttled = {
  code: "TooManyRequestsException",
  status: 429,
  members: expect.objectContaining({ Reason: expect.any(String) }),
};

describe("environments", () => {
  it("are used again, and one more is started for each concurrent call", async () => {
    const { lambda, code } = await start();
    lambda.define({ name: "f", handler: "index.handler", codeDir: code({ "index.mjs": PID }) });
    const pids = [];
    for (let i = 0; i < 3; i++) pids.push(parsed((await lambda.invoke("f", "{}")).payload));
    expect(new Set(pids).size).toBe(1);
    await Promise.all([lambda.invoke("f", '{"ms":500}'), lambda.invoke("f", '{"ms":500}')]);
    expect(lambda.environments("f")).toBe(2);
  });

  it.each([
    ["the stack's", { maxEnvironments: 2 }, {}],
    ["the function's own", {}, { maxEnvironments: 2 }],
  ])("wait in line over %s limit rather than fail", async (_whose, options, own) => {
    const { lambda, code } = await start(options);
    lambda.define({ name: "f", handler: "index.handler", codeDir: code({ "index.mjs": PID }), ...own });
    const results = await Promise.all(Array.from({ length: 12 }, () => lambda.invoke("f", '{"ms":5}')));
    expect(new Set(results.map(({ payload }) => parsed(payload))).size).toBeLessThanOrEqual(2);
    expect(lambda.environments("f")).toBeLessThanOrEqual(2);
  });

  it("are warmed ahead, told once, and end when idle", async () => {
    const { lambda, code, events } = await start({ idleMs: 300 });
    lambda.define({ name: "f", handler: "index.handler", codeDir: code({ "index.mjs": PID }) });
    lambda.warm("f", 2);
    await vi.waitFor(() =>
      expect(events).toContainEqual(expect.objectContaining({ type: "function", name: "f", state: "ready" })),
    );
    expect(lambda.environments("f")).toBe(2);
    const pid = Number(parsed((await lambda.invoke("f", "{}")).payload));
    await vi.waitFor(() => expect(lambda.environments("f")).toBe(0), { timeout: 3000 });
    expect(alive(pid)).toBe(false);
    expect(events.filter((event) => event.type === "function" && event.state === "ready")).toHaveLength(1);
  });

  it("that fail ahead of any call are told", async () => {
    const { lambda, code, events } = await start();
    lambda.define({
      name: "f",
      handler: "index.handler",
      codeDir: code({ "index.mjs": "throw new Error('no key');" }),
    });
    lambda.warm("f");
    await vi.waitFor(() =>
      expect(events).toContainEqual(
        expect.objectContaining({ type: "function", state: "failed", message: "Error: no key" }),
      ),
    );
    await vi.waitFor(() => expect(lambda.environments("f")).toBe(0));
  });

  it("end with the stack, busy ones too", async () => {
    const { lambda, code } = await start();
    lambda.define({ name: "f", handler: "index.handler", codeDir: code({ "index.mjs": PID }) });
    const pid = Number(parsed((await lambda.invoke("f", "{}")).payload));
    const busy = lambda.invoke("f", '{"ms":60000}');
    await lambda.close();
    expect((await busy).functionError).toBe("Unhandled");
    expect(alive(pid)).toBe(false);
    await expect(lambda.invoke("f", "{}")).rejects.toThrow("closing");
  });

  it("are given up on by a caller who aborts while waiting", async () => {
    const { lambda, code } = await start({ maxEnvironments: 1 });
    lambda.define({ name: "f", handler: "index.handler", codeDir: code({ "index.mjs": PID }) });
    const busy = lambda.invoke("f", '{"ms":300}');
    await expect(lambda.invoke("f", "{}", { signal: AbortSignal.timeout(50) })).rejects.toThrow("timeout");
    expect((await busy).functionError).toBeUndefined();
  });
});

describe("new code", () => {
  it("is live at once, while what runs ends on the old", async () => {
    const { lambda, code } = await start();
    const folder = code({});
    const version = (text: string) => code({ "index.mjs": GATE.replace("VERSION", JSON.stringify(text)) });
    lambda.define({ name: "f", handler: "index.handler", codeDir: version("old"), timeout: 20 });
    expect(parsed((await lambda.invoke("f", "{}")).payload)).toBe("old");
    const slow = lambda.invoke("f", JSON.stringify({ gate: `${folder}/go` }));
    lambda.update("f", { codeDir: version("new") });
    expect(parsed((await lambda.invoke("f", "{}")).payload)).toBe("new");
    code({});
    const { writeFileSync } = await import("node:fs");
    writeFileSync(`${folder}/go`, "");
    expect(parsed((await slow).payload)).toBe("old");
    await vi.waitFor(() => expect(lambda.environments("f")).toBe(1));
    expect(parsed((await lambda.invoke("f", "{}")).payload)).toBe("new");
  });

  it("is waited for while it is built", async () => {
    const { lambda, code } = await start();
    const built = Promise.withResolvers<void>();
    lambda.define({ name: "f", handler: "index.handler", codeDir: "/nowhere", codeReady: built.promise });
    lambda.warm("f");
    const waiting = lambda.invoke("f", "{}");
    lambda.update("f", { codeDir: code({ "index.mjs": "export const handler = async () => 'built';" }) });
    built.resolve();
    expect(parsed((await waiting).payload)).toBe("built");
  });

  it("that cannot be built fails its callers with the compiler's words", async () => {
    const { lambda } = await start();
    lambda.define({
      name: "f",
      handler: "index.handler",
      codeDir: "/nowhere",
      codeReady: Promise.reject(new Error("worker.ts:1:1: no")),
    });
    const result = await lambda.invoke("f", "{}");
    expect(result.functionError).toBe("Unhandled");
    expect(parsed(result.payload)).toMatchObject({ errorMessage: "worker.ts:1:1: no" });
  });

  it("in a folder that is not there fails the call, not the stack", async () => {
    const { lambda } = await start();
    lambda.define({ name: "f", handler: "index.handler", codeDir: "/nowhere" });
    const result = await lambda.invoke("f", "{}");
    expect(parsed(result.payload)).toMatchObject({ errorType: "Runtime.ExitError" });
  });
});

describe("concurrency", () => {
  it("that is reserved throttles what is over it, and all when it is 0", async () => {
    const { lambda, code } = await start();
    lambda.define({ name: "f", handler: "index.handler", codeDir: code({ "index.mjs": PID }), reservedConcurrency: 1 });
    const first = lambda.invoke("f", '{"ms":200}');
    await expect(lambda.invoke("f", "{}")).rejects.toMatchObject(throttled);
    await first;
    expect((await lambda.invoke("f", "{}")).functionError).toBeUndefined();
    lambda.reserve("f", 0);
    await expect(lambda.invoke("f", "{}")).rejects.toBeInstanceOf(AwsError);
    lambda.reserve("f", undefined);
    expect((await lambda.invoke("f", "{}")).functionError).toBeUndefined();
  });
});

describe("faults", () => {
  it("throttle, crash and slow down as they are asked to", async () => {
    const faults: (InvocationFault | undefined)[] = [
      { kind: "throttle" },
      { kind: "crash" },
      { kind: "slow", ms: 300 },
    ];
    const { lambda, code } = await start({ faults: { beforeInvoke: () => faults.shift() } });
    lambda.define({ name: "f", handler: "index.handler", codeDir: code({ "index.mjs": PID }) });
    await expect(lambda.invoke("f", "{}")).rejects.toMatchObject(throttled);
    const crashed = await lambda.invoke("f", '{"ms":5000}');
    expect(parsed(crashed.payload)).toMatchObject({
      errorMessage: expect.stringContaining("Runtime exited with error: signal: killed"),
    });
    const startedAt = performance.now();
    expect((await lambda.invoke("f", "{}")).functionError).toBeUndefined();
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(290);
  });
});

it("a function with a debugger listens on the loopback address and has no timeout", async () => {
  const { lambda, code, events } = await start();
  lambda.define({ name: "f", handler: "index.handler", codeDir: code({ "index.mjs": PID }), timeout: 1, inspect: 0 });
  expect((await lambda.invoke("f", '{"ms":1300}')).functionError).toBeUndefined();
  const line = events.flatMap((event) =>
    event.type === "log" && event.message.startsWith("Debugger listening") ? [event.message] : [],
  )[0];
  expect(line).toMatch(/^Debugger listening on ws:\/\/127\.0\.0\.1:\d+\//);
  lambda.update("f", { environment: { A: "1" } });
  expect((await lambda.invoke("f", "{}")).functionError).toBeUndefined();
  expect(lambda.environments("f")).toBe(1);
});
