import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { StackEvent } from "../context.ts";
import { parsed, startTestStack } from "../lambda/test/stack.ts";
import { createBundler, type Bundler, type BuildResult, formatBuildMessage } from "./index.ts";

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

function project(files: Record<string, string>) {
  const dir = mkdtempSync(join(tmpdir(), "ai-pipeline-project-"));
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
  const write = (more: Record<string, string>) => {
    for (const [name, text] of Object.entries(more)) {
      mkdirSync(dirname(join(dir, name)), { recursive: true });
      writeFileSync(join(dir, name), text);
    }
  };
  write(files);
  const events: StackEvent[] = [];
  const own = (name: string) => {
    write({ [`.own/${name}.ts`]: `export const from: string = "${name} of the CLI";` });
    return join(dir, ".own", `${name}.ts`);
  };
  const bundler: Bundler = createBundler({
    projectDir: dir,
    outDir: join(dir, ".ai-pipeline/build"),
    modules: { main: own("main"), runtime: own("runtime"), client: own("client") },
    emit: (event) => events.push(event),
  });
  cleanups.push(() => bundler.close());
  return { dir, write, bundler, events };
}

const target = { name: "worker", entry: "src/worker.ts" };
function codeDirOf(built: BuildResult | undefined): string {
  if (!built?.ok) throw new Error(built ? built.errors.map(formatBuildMessage).join("\n") : "no build");
  return built.codeDir;
}
/** Runs the handler of a build in a Node of its own. */
const run = (built: BuildResult) => {
  const script = `const { handler } = await import(${JSON.stringify(join(codeDirOf(built), "index.js"))}); console.log(JSON.stringify(await handler()));`;
  return JSON.parse(
    execFileSync(process.execPath, ["--enable-source-maps", "--input-type=module", "-e", script], { encoding: "utf8" }),
  ) as unknown;
};

describe("a build", () => {
  it("holds TypeScript, imports split off, CommonJS packages, and a require for them", async () => {
    const { bundler } = project({
      "src/worker.ts": `
        import cjs from "old-package";
        import { createRequire } from "node:module";
        const require = createRequire(import.meta.url);
        export const handler = async (): Promise<unknown> => [cjs.join("a", "b"), cjs.where, (await import("./lazy.ts")).lazy, typeof require];`,
      "src/lazy.ts": "export const lazy: number = 42;",
      "node_modules/old-package/package.json": '{"name":"old-package","main":"main.js"}',
      "node_modules/old-package/main.js":
        "const path = require('path'); module.exports = { join: path.posix.join, where: typeof __dirname };",
    });
    const built = await bundler.buildOnce(target);
    expect(run(built)).toEqual(["a/b", "string", 42, "function"]);
  });

  it("has our modules while the project has none, and the project's own when it has", async () => {
    const { bundler, write } = project({
      "src/worker.ts": `
        import { from as main } from "ai-pipeline";
        import { from as runtime } from "ai-pipeline/runtime";
        import { from as client } from "ai-pipeline/client";
        export const handler = async () => [main, runtime, client];`,
    });
    expect(run(await bundler.buildOnce(target))).toEqual([
      "main of the CLI",
      "runtime of the CLI",
      "client of the CLI",
    ]);
    write({
      "node_modules/ai-pipeline/package.json":
        '{"name":"ai-pipeline","type":"module","exports":{".":"./a.js","./runtime":"./a.js","./client":"./a.js"}}',
      "node_modules/ai-pipeline/a.js": "export const from = 'installed';",
    });
    expect(run(await bundler.buildOnce(target))).toEqual(["installed", "installed", "installed"]);
  });

  it("tells errors in the words of the source: file, line and column", async () => {
    const { bundler, events } = project({
      "src/worker.ts": "import { x } from './lib.ts';\nexport const handler = x;",
      "src/lib.ts": "export const x =\n  1 +;\n",
    });
    const built = await bundler.buildOnce(target);
    expect(built).toMatchObject({
      ok: false,
      errors: [{ file: "src/lib.ts", line: 2, column: 6, text: 'Unexpected ";"', lineText: "  1 +;" }],
    });
    expect(events.map((event) => (event.type === "function" ? [event.state, event.message] : []))).toEqual([
      ["building", undefined],
      ["failed", 'src/lib.ts:2:6: Unexpected ";"'],
    ]);
    expect(await bundler.buildOnce({ name: "none", entry: "src/none.ts" })).toMatchObject({
      ok: false,
      errors: [{ text: "The entry src/none.ts does not exist." }],
    });
    const missing = project({ "src/worker.ts": "import 'not-installed';" });
    expect(await missing.bundler.buildOnce(target)).toMatchObject({
      ok: false,
      errors: [{ text: expect.stringContaining("not-installed"), file: "src/worker.ts", line: 1, column: 8 }],
    });
  });

  it("maps a stack trace to the source", async () => {
    const { bundler } = project({
      "src/worker.ts":
        "type A = 1;\n\nexport const handler = async (): Promise<string> => {\n  const a: A = 1;\n  return new Error(String(a)).stack ?? '';\n};",
    });
    expect(run(await bundler.buildOnce(target))).toMatch(/src\/worker\.ts:5:\d+/);
  });

  it("of the same code is the same folder", async () => {
    const { bundler } = project({ "src/worker.ts": "export const handler = async () => 1;" });
    expect(codeDirOf(await bundler.buildOnce(target))).toBe(codeDirOf(await bundler.buildOnce(target)));
  });
});

describe("watching", () => {
  it("builds again on save, keeps the last good code while there are errors, and tells a change once", async () => {
    const { bundler, write } = project({
      "src/worker.ts": "export { handler } from './lib.ts';",
      "src/lib.ts": "export const handler = async () => 'one';",
    });
    const results: BuildResult[] = [];
    const first = await bundler.watch(target, (result) => results.push(result));
    expect(results).toEqual([first]);
    expect(run(first)).toBe("one");
    write({ "src/lib.ts": "export const handler = async () => 'two" });
    await vi.waitFor(() => expect(results.at(-1)?.ok).toBe(false), { timeout: 10_000 });
    expect(run(first)).toBe("one");
    write({ "src/lib.ts": "export const handler = async () => 'three';" });
    await vi.waitFor(() => expect(results).toHaveLength(3), { timeout: 10_000 });
    const last = results.at(-1);
    expect(last && run(last)).toBe("three");
  });

  it("begins with an entry that is not there yet", async () => {
    const { bundler, write } = project({});
    const results: BuildResult[] = [];
    expect((await bundler.watch(target, (result) => results.push(result))).ok).toBe(false);
    write({ "src/worker.ts": "export const handler = async () => 'there';" });
    await vi.waitFor(() => expect(results.at(-1)?.ok).toBe(true), { timeout: 10_000 });
  });

  it("puts saved code live in a function while a call on the old one ends undisturbed", async () => {
    const source = (version: string) => `
      import { existsSync } from "node:fs";
      export const handler = async (event: { gate?: string }): Promise<unknown> => {
        while (event.gate && !existsSync(event.gate)) await new Promise((r) => setTimeout(r, 5));
        return [${JSON.stringify(version)}, (await import("./late.ts")).late];
      };`;
    const { bundler, write, dir } = project({
      "src/worker.ts": source("one"),
      "src/late.ts": "export const late = 'a';",
    });
    const stack = await startTestStack();
    cleanups.push(() => stack.close());
    const call = async (event: unknown) => parsed((await stack.lambda.invoke("worker", JSON.stringify(event))).payload);
    const first = await bundler.watch(
      target,
      (built) => built.ok && stack.lambda.has("worker") && stack.lambda.update("worker", { codeDir: built.codeDir }),
    );
    stack.lambda.define({ name: "worker", handler: "index.handler", codeDir: codeDirOf(first), timeout: 20 });
    expect(await call({})).toEqual(["one", "a"]);
    const slow = call({ gate: join(dir, "go") });
    write({ "src/worker.ts": source("two"), "src/late.ts": "export const late = 'b';" });
    await vi.waitFor(async () => expect(await call({})).toEqual(["two", "b"]), { timeout: 10_000 });
    write({ go: "" });
    expect(await slow).toEqual(["one", "a"]);
  });
});
