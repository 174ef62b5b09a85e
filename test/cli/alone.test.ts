import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { makeFolder, PROJECT, run, start } from "./harness.ts";

test("submit without dev starts the stack, leaves the answer on stdout and nothing running", async () => {
  await using folder = await makeFolder(PROJECT);
  const { exitCode, stdout, stderr } = await run(["submit", "hello", "--watch"], { cwd: folder.dir });
  expect(stdout).toBe("echo: hello\n");
  expect(exitCode).toBe(0);
  expect(
    stderr
      .replaceAll(/\d[\d.]* m?s\b/g, "<time>")
      .replaceAll(/127.0.0.1:\d+/g, "<host>")
      .replaceAll(/[0-9a-f-]{36}/g, "<id>"),
  ).toMatchInlineSnapshot(`
    "no dev is running here: starting the local stack for this command
    local stack ready in <time>, offline model
    stage local of my-app, account 000000000000, region us-east-1, http://<host>
    accepted in <time>, <id>
    started, attempt 1, waited <time>
    completed in <time>
    "
  `);
  expect((await readdir(folder.dir)).toSorted()).toEqual([
    ".ai-pipeline",
    ".git",
    "ai-pipeline.config.ts",
    "package.json",
    "src",
  ]);
  expect(await readdir(`${folder.dir}/.ai-pipeline/local`)).not.toContain("dev.json");
});

test("submit without dev says why it waits when nobody asked it to, and only then", async () => {
  await using folder = await makeFolder(PROJECT);
  const waits = "waiting for its end, as this stack ends with the command";
  const alone = await run(["submit", "hello"], { cwd: folder.dir });
  expect(alone).toMatchObject({ exitCode: 0, stdout: "echo: hello\n" });
  expect(alone.stderr).toContain(waits);
  expect((await run(["submit", "hello", "--wait"], { cwd: folder.dir })).stderr).not.toContain(waits);
  const json = await run(["submit", "hello", "--json"], { cwd: folder.dir });
  expect(json.events.find(({ type }) => type === "submitted")).toMatchObject({ waits: true });
});

test("two at once do not share one state", async () => {
  await using folder = await makeFolder(PROJECT);
  const runs = await Promise.all(["one", "two"].map((text) => run(["submit", text], { cwd: folder.dir })));
  expect(runs.map(({ stdout }) => stdout)).toEqual(["echo: one\n", "echo: two\n"]);
});

test("a task that fails for good exits with 3", async () => {
  await using folder = await makeFolder(PROJECT);
  const { exitCode, stdout, stderr } = await run(["submit", "fail"], { cwd: folder.dir });
  expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: "" });
  expect(stderr).toContain("attempt 3 failed");
  expect(stderr).toContain("dead-lettered: every attempt failed");
});

test("a worker that does not compile is named, with its line", async () => {
  await using folder = await makeFolder({ ...PROJECT, "src/worker.ts": "export const handler = {\n  oops oops\n};\n" });
  const { exitCode, stdout, stderr } = await run(["submit", "hello", "--wait"], { cwd: folder.dir });
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr).toContain("Error: A function of the project does not build or load: ");
  expect(stderr).toMatch(/worker\.ts:2:\d+/);
});

test("a worker that throws while it is loaded fails its tasks with that error", async () => {
  await using folder = await makeFolder({
    ...PROJECT,
    "src/worker.ts": 'throw new Error("no such table: vectors");\n',
  });
  const { exitCode, stderr } = await run(["submit", "hello", "--wait", "--timeout", "60s"], { cwd: folder.dir });
  expect(exitCode).not.toBe(0);
  expect(stderr).toContain("no such table: vectors");
});

test("Ctrl-C cancels the task and ends the stack", async () => {
  await using folder = await makeFolder(PROJECT);
  const running = start(["submit", "wait", "--watch"], { cwd: folder.dir });
  await running.waitFor("started, attempt 1");
  running.interrupt();
  expect(await running.exit).toBe(130);
  expect(running.stdout()).toBe("");
});

test("a time limit ends the wait with 4", async () => {
  await using folder = await makeFolder(PROJECT);
  const { exitCode, stderr } = await run(["submit", "wait", "--timeout", "1500ms"], { cwd: folder.dir });
  expect(exitCode).toBe(4);
  expect(stderr).toContain("no end within the timeout");
});

/** What is proven is the path, not this machine's pace. */
const patience = ["accepted", "queued", "stored", "told"].flatMap((hop) => ["--limit", `${hop}=60s`]);

test("smoke without dev proves every hop", async () => {
  await using folder = await makeFolder(PROJECT);
  const { exitCode, events } = await run(["smoke", "--json", "--max-cost", "0", ...patience], { cwd: folder.dir });
  const hops = events.filter(({ type, state }) => type === "hop" && state !== "running");
  expect(hops.map(({ hop, state }) => `${String(hop)} ${String(state)}`)).toEqual([
    "accepted passed",
    "queued passed",
    "worked passed",
    "stored passed",
    "told passed",
    "cleaned passed",
  ]);
  expect(exitCode).toBe(0);
});

test("smoke fails when a hop does, and says which", async () => {
  await using folder = await makeFolder(PROJECT);
  const { exitCode, stdout } = await run(["smoke", "--prompt", "fail", "--junit", "smoke.xml", ...patience], {
    cwd: folder.dir,
  });
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/^failed {3}worked .*deadlettered after attempt 3: TypeError: asked to fail$/m);
  expect(stdout).toMatch(/^skipped {2}stored/m);
  expect(stdout).toMatch(/^passed {3}cleaned .*record, events and result removed; its dead letter too$/m);
});
