import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { LOG_BUDGET } from "./log-capture.ts";
import { alive, parsed, startTestStack, type TestStack } from "./test/stack.ts";

let stack: TestStack;
beforeAll(async () => void (stack = await startTestStack()));
afterAll(() => stack.close());

const lines = (name: string) =>
  stack.events.flatMap((event) => (event.type === "log" && event.group.endsWith(`/${name}`) ? [event.message] : []));

describe("a timeout", () => {
  it("ends a hung loop, with AWS's words, and the next call works", async () => {
    const code = "export const handler = async (event) => { if (event.hang) for (;;); return process.pid; };";
    stack.lambda.define({
      name: "loop",
      handler: "index.handler",
      codeDir: stack.code({ "index.mjs": code }),
      timeout: 1,
    });
    const pid = Number(parsed((await stack.lambda.invoke("loop", "{}")).payload));
    const started = performance.now();
    const result = await stack.lambda.invoke("loop", '{"hang":true}');
    expect(performance.now() - started).toBeGreaterThan(950);
    expect(result.functionError).toBe("Unhandled");
    expect(parsed(result.payload)).toEqual({
      errorType: "Sandbox.Timedout",
      errorMessage: `RequestId: ${result.requestId} Error: Task timed out after 1.00 seconds`,
    });
    expect(alive(pid)).toBe(false);
    expect(result.logTail).toMatch(
      /Task timed out after 1\.00 seconds\nEND .*\nREPORT .*Duration: 1000\.00 ms.*Status: timeout/,
    );
    expect(parsed((await stack.lambda.invoke("loop", "{}")).payload)).not.toBe(pid);
  });

  it("ends what the handler started, too", async () => {
    const code = `
      import { spawn } from "node:child_process";
      export const handler = () => new Promise(() => {
        const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" });
        console.log("grandchild " + child.pid);
      });`;
    stack.lambda.define({
      name: "parent",
      handler: "index.handler",
      codeDir: stack.code({ "index.mjs": code }),
      timeout: 1,
    });
    await stack.lambda.invoke("parent", "{}");
    const pid = Number(/grandchild (\d+)/.exec(lines("parent").join("\n"))?.[1]);
    expect(pid).toBeGreaterThan(0);
    await vi.waitFor(() => expect(alive(pid)).toBe(false));
  });
});

describe("output", () => {
  const flood = (print: string) =>
    `export const handler = async () => { for (let i = 0; i < 10_000; i++) ${print}; return "done"; };`;
  it.each([
    ["console", "console.log('x'.repeat(1000))"],
    ["stdout", "process.stdout.write('x'.repeat(1000) + '\\n')"],
    ["one line without end", "process.stderr.write('x'.repeat(1000))"],
    ["empty lines", "process.stdout.write('\\n'.repeat(1000))"],
  ])("of 10 MB by %s is cut, said so, and harms nobody", async (title, print) => {
    const name = title.replaceAll(" ", "-");
    stack.lambda.define({
      name,
      handler: "index.handler",
      codeDir: stack.code({ "index.mjs": flood(print) }),
      timeout: 20,
    });
    const result = await stack.lambda.invoke(name, "{}");
    expect(parsed(result.payload)).toBe("done");
    const kept = lines(name);
    expect(kept.join("\n").length).toBeLessThan(LOG_BUDGET + 2000);
    if (title !== "empty lines") expect(kept.join("\n")).toMatch(/\[local stack\] \d+ bytes of output dropped/);
    expect(Buffer.byteLength(result.logTail)).toBeLessThanOrEqual(4096);
    expect(kept.at(-1)).toMatch(/^REPORT /);
  });

  it("becomes lines with START, END and REPORT, in order and whole", async () => {
    const code = `export const handler = async () => {
      console.log("first %d", 1, { a: 1 });
      console.error(new Error("bad").message + "\\nsecond line");
      process.stdout.write("raw\\nhalf");
      return 1;
    };`;
    stack.lambda.define({ name: "lines", handler: "index.handler", codeDir: stack.code({ "index.mjs": code }) });
    const { requestId } = await stack.lambda.invoke("lines", "{}");
    const told = lines("lines");
    expect(told[0]).toBe(`START RequestId: ${requestId} Version: $LATEST`);
    expect(told).toContainEqual(
      expect.stringMatching(new RegExp(`^\\d{4}-.*Z\t${requestId}\tINFO\tfirst 1 { a: 1 }$`)),
    );
    expect(told).toContainEqual(expect.stringMatching(new RegExp(`\t${requestId}\tERROR\tbad\nsecond line$`)));
    expect(told).toEqual(expect.arrayContaining(["raw", "half"]));
    expect(told.at(-2)).toBe(`END RequestId: ${requestId}`);
    expect(told.at(-1)).toMatch(
      new RegExp(
        `^REPORT RequestId: ${requestId}\tDuration: [\\d.]+ ms\tBilled Duration: \\d+ ms\tMemory Size: 128 MB\tMax Memory Used: \\d+ MB\tInit Duration: [\\d.]+ ms\t$`,
      ),
    );
    await stack.lambda.invoke("lines", "{}");
    expect(lines("lines").at(-1)).not.toContain("Init Duration");
  });

  it("is JSON when the function's format is", async () => {
    const code =
      "export const handler = async () => { console.warn('careful', 1); console.info({ a: 1 }); console.error('why', new TypeError('t')); };";
    stack.lambda.define({
      name: "json",
      handler: "index.handler",
      codeDir: stack.code({ "index.mjs": code }),
      logFormat: "JSON",
    });
    const { requestId } = await stack.lambda.invoke("json", "{}");
    const told = lines("json").map((line): unknown => JSON.parse(line));
    expect(told).toEqual([
      { time: expect.any(String), type: "platform.start", record: { requestId, version: "$LATEST" } },
      { timestamp: expect.any(String), level: "WARN", requestId, message: "careful 1" },
      { timestamp: expect.any(String), level: "INFO", requestId, message: { a: 1 } },
      expect.objectContaining({
        level: "ERROR",
        errorType: "TypeError",
        errorMessage: "t",
        message: expect.stringContaining("why TypeError: t"),
      }),
      expect.objectContaining({
        type: "platform.report",
        record: expect.objectContaining({ requestId, status: "success" }),
      }),
    ]);
  });
});

it("leaves no process behind when the stack is killed, hung loops and grandchildren included", async () => {
  const folder = stack.code({
    "index.mjs": `
      import { spawn } from "node:child_process";
      import { writeFileSync } from "node:fs";
      export const handler = async (event) => {
        const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
        writeFileSync(event.file, process.pid + " " + child.pid);
        if (event.hang) for (;;);
        await new Promise((resolve) => setTimeout(resolve, 60_000));
      };`,
    "parent.ts": `
      import { startTestStack } from ${JSON.stringify(join(import.meta.dirname, "test/stack.ts"))};
      const stack = await startTestStack();
      stack.lambda.define({ name: "f", handler: "index.handler", codeDir: ${JSON.stringify("CODE")}, timeout: 60 });
      void stack.lambda.invoke("f", JSON.stringify({ hang: true, file: "CODE/hung" }));
      void stack.lambda.invoke("f", JSON.stringify({ file: "CODE/waiting" }));
      stack.lambda.define({ name: "idle", handler: "index.handler", codeDir: "CODE", timeout: 60 });
      stack.lambda.warm("idle");`.replaceAll("CODE", "__CODE__"),
  });
  const script = readFileSync(join(folder, "parent.ts"), "utf8").replaceAll("__CODE__", folder);
  const parent = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const pids = await vi.waitFor(
    () => {
      const files = ["hung", "waiting"].map((name) => join(folder, name));
      expect(files.every((file) => existsSync(file))).toBe(true);
      const found = files.flatMap((file) => readFileSync(file, "utf8").split(" ").map(Number));
      expect(found).toHaveLength(4);
      return found;
    },
    { timeout: 15_000, interval: 20 },
  );
  expect(pids.every(alive)).toBe(true);
  parent.kill("SIGKILL");
  await vi.waitFor(() => expect(pids.filter(alive)).toEqual([]), { timeout: 3000, interval: 10 });
});
