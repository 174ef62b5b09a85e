import { once } from "node:events";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { makeFolder, PROJECT, run } from "./harness.ts";
import { killAll, launch } from "./launch.ts";

afterEach(killAll);

test.each(["SIGINT", "SIGTERM"] as const)("one %s ends dev cleanly", async (signal) => {
  await using folder = await makeFolder(PROJECT);
  const dev = launch(["dev", "--headless", "--port", "0"], folder.dir);
  await dev.shown("Ready  http://127.0.0.1:");
  dev.child.kill(signal);
  expect(await dev.exit).toBe(0);
  expect(dev.text()).toContain("stopped after");
});

test.each(["SIGKILL", "SIGINT"] as const)(
  "what ran when dev ended by %s runs again in the next one, at once",
  async (signal) => {
    await using folder = await makeFolder(PROJECT);
    const first = launch(["dev", "--headless", "--port", "0"], folder.dir);
    await first.shown("Ready");
    const submitted = await run(["submit", "wait"], { cwd: folder.dir });
    const taskId = submitted.stdout.trim();
    // Asked of the record, not read off dev's lines: dev begins to follow after it is ready and may miss a task's first events.
    const status = async () => (await run(["tasks", "show", taskId], { cwd: folder.dir })).stdout;
    await expect.poll(status, { timeout: 30_000 }).toMatch(/^status +running$/m);
    first.child.kill(signal);
    expect(await first.exit).toBe(signal === "SIGKILL" ? signal : 0);
    // The file it left names a dead process: no command takes it for a running one.
    expect((await run(["tasks", "list"], { cwd: folder.dir })).stderr).toContain("The local stage is not running.");
    const second = launch(["dev", "--headless", "--port", "0"], folder.dir);
    await second.shown("Ready");
    // The message would be visible, and the lease over, after minutes.
    await expect.poll(status, { timeout: 20_000 }).toContain("started, attempt 2");
    expect(await status()).toMatch(/^status +running$/m);
    expect(await status()).toContain("attempt 1 failed");
    expect((await run(["tasks", "cancel", taskId], { cwd: folder.dir })).exitCode).toBe(0);
    second.child.kill("SIGINT");
    expect(await second.exit).toBe(0);
  },
);

test("whoever waits on a dev whose worker does not build is told why, until it does", async () => {
  await using folder = await makeFolder({ ...PROJECT, "src/worker.ts": "export const handler = {;\n" });
  const dev = launch(["dev", "--headless", "--port", "0"], folder.dir);
  await dev.shown("src/worker.ts");
  const waiting = await run(["submit", "hello", "--wait", "--timeout", "1s"], { cwd: folder.dir });
  expect(waiting).toMatchObject({ exitCode: 4, stdout: "" });
  expect(waiting.stderr).toContain("its worker does not build, and tasks wait until it does:\n  src/worker.ts:1:25: ");
  // So is whoever asks how the stage fares, or what was logged.
  const status = await run(["status"], { cwd: folder.dir });
  expect(status.stdout).toMatch(/^worker +does not build, and tasks wait until it does:$/m);
  expect(status.stdout).toMatch(/^worker +src\/worker\.ts:1:25: /m);
  expect((await run(["logs"], { cwd: folder.dir })).stderr).toContain("its worker does not build, and tasks wait");
  await writeFile(join(folder.dir, "src/worker.ts"), PROJECT["src/worker.ts"]);
  const mended = await run(["submit", "hello", "--wait", "--timeout", "30s"], { cwd: folder.dir });
  expect(mended).toMatchObject({ exitCode: 0, stdout: "echo: hello\n" });
  await dev.shown("worker built");
  expect((await run(["submit", "again", "--wait", "--timeout", "30s"], { cwd: folder.dir })).stderr).not.toContain(
    "does not build",
  );
});

test.skipIf(!existsSync("/dev/full"))("an output that cannot be written is an error", async () => {
  await using folder = await makeFolder(PROJECT);
  const list = launch(["init", "--list"], folder.dir, ["sh", "-c", 'exec "$@" > /dev/full', "sh"]);
  expect(await list.exit).toBe(1);
  expect(list.text()).toContain("The output could not be written: ENOSPC");
});

test("what a signal cuts short is interrupted, and no mistake of ours", async () => {
  await using folder = await makeFolder(PROJECT);
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const endpoint = ["--endpoint-url", `http://127.0.0.1:${port}`, "--app", "my-app", "--stage", "prod"];
  const asked = once(server, "connection");
  const listing = launch(["tasks", "list", ...endpoint], folder.dir);
  await asked;
  listing.child.kill("SIGTERM");
  expect(await listing.exit).toBe(143);
  expect(listing.text()).toBe("Error: Interrupted.\n");
  server.close();
  server.closeAllConnections();
});

test("a reader that goes away is no error", async () => {
  await using folder = await makeFolder(PROJECT);
  const help = launch(["init", "--list"], folder.dir);
  help.child.stdout?.destroy();
  expect(await help.exit).toBe(0);
});

describe("a configuration that prints", () => {
  const config = {
    "ai-pipeline.config.ts": `import "greeter";
console.log("loading", { the: "configuration" });
console.table([{ a: 1 }]);
process.stdout.write("straight to stdout\\n");
await new Promise((resolve) => setTimeout(resolve, 5));
console.info("after a while");
export default { app: "my-app", queue: { backoff: { base: 0, max: 0 } } };
`,
    "node_modules/greeter/package.json": '{ "name": "greeter", "type": "module", "exports": "./index.js" }',
    "node_modules/greeter/index.js": 'console.log("greetings from a package");',
  };
  const printed = ["loading", "straight to stdout", "after a while", "greetings from a package"];

  test("leaves --json and a result on stdout alone: it is shown on stderr", async () => {
    await using folder = await makeFolder({ ...PROJECT, ...config });
    const plain = launch(["submit", "hello", "--wait"], folder.dir);
    expect(await plain.exit).toBe(0);
    expect(plain.stdout()).toBe("echo: hello\n");
    for (const text of printed) expect(plain.text()).toContain(text);
    const json = launch(["submit", "hello", "--json"], folder.dir);
    expect(await json.exit).toBe(0);
    const lines = json.stdout().trimEnd().split("\n");
    expect(lines.map((line) => Object(JSON.parse(line)).v)).toEqual(lines.map(() => 1));
  });

  test("and fails afterwards gives stdout back to the error", async () => {
    const file = { "ai-pipeline.config.ts": 'console.log("loading");\nthrow new Error("no such variable");\n' };
    await using folder = await makeFolder({ ...PROJECT, ...file });
    const json = launch(["tasks", "list", "--json"], folder.dir);
    expect(await json.exit).toBe(1);
    expect(JSON.parse(json.stdout())).toMatchObject({ type: "error", code: "CONFIG_INVALID" });
  });
});
