import { execFileSync } from "node:child_process";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder, PROJECT, run, start } from "./harness.ts";

const NAME = "my app (1) $HOME 'é' \"q\"";
const filesIn = (folder: string) =>
  Object.fromEntries(Object.entries(PROJECT).map(([path, text]) => [`${folder}/${path}`, text]));

test("a project whose path has spaces, quotes and signs is made, run, and told how to go on in", async () => {
  await using folder = await makeFolder();
  const made = await run(["init", NAME, "--template", "minimal", "--no-install", "--json"], { cwd: folder.dir });
  expect(made.exitCode).toBe(0);
  const { next } = made.events.at(-1) ?? {};
  const [cd] = Array.isArray(next) ? next.map(String) : [];
  const project = join(folder.dir, NAME);
  // The command does what it says when it is pasted.
  expect(execFileSync("/bin/sh", ["-c", `${cd} && pwd`], { cwd: folder.dir, encoding: "utf8" })).toBe(`${project}\n`);
  const { exitCode, stdout } = await run(["submit", "What is a dead-letter queue?", "--wait"], { cwd: project });
  expect(exitCode).toBe(0);
  expect(stdout).not.toBe("");
});

test("a document whose name has spaces and quotes is uploaded under it", async () => {
  await using folder = await makeFolder({ ...filesIn(NAME), [`${NAME}/a no'te (2).md`]: "# Notes\n" });
  const { exitCode, events } = await run(["submit", "read", "--doc", "a no'te (2).md", "--wait", "--json"], {
    cwd: join(folder.dir, NAME),
  });
  expect(exitCode).toBe(0);
  expect(events.find(({ type }) => type === "uploaded")).toMatchObject({
    path: "a no'te (2).md",
    reference: expect.stringMatching(/^s3:\/\/my-app-local-documents-000000000000\/documents\/.+\.md$/),
  });
});

test("a project is one, by whichever link it is reached", async () => {
  await using folder = await makeFolder(filesIn("real"));
  const [real, link] = [join(folder.dir, "real"), join(folder.dir, "link")];
  await symlink(real, link);
  const dev = start(["dev", "--headless", "--port", "0"], { cwd: link });
  try {
    await dev.waitFor("worker built");
    const second = await run(["dev", "--headless", "--port", "0"], { cwd: real });
    expect(second.stderr).toContain("dev already runs in this project");
    const { stdout } = await run(["submit", "hello", "--task-id", "by-the-folder", "--wait"], { cwd: real });
    expect(stdout).toBe("echo: hello\n");
    const listed = await run(["tasks", "list", "--json"], { cwd: link });
    expect(listed.events[0]).toMatchObject({ task: { taskId: "by-the-folder" } });
    // A change below one of them is seen below both.
    await folder.write({ "real/src/worker.ts": PROJECT["src/worker.ts"].replace("echo: ", "heard: ") });
    await expect
      .poll(async () => (await run(["submit", "hello", "--wait"], { cwd: link })).stdout, { timeout: 20_000 })
      .toBe("heard: hello\n");
  } finally {
    dev.interrupt();
    expect(await dev.exit).toBe(0);
  }
});

test("a worker may be a link to a file elsewhere", async () => {
  await using folder = await makeFolder({ ...filesIn("app"), "shared/worker.ts": PROJECT["src/worker.ts"] });
  await mkdir(join(folder.dir, "app/linked"));
  await symlink(join(folder.dir, "shared/worker.ts"), join(folder.dir, "app/linked/worker.ts"));
  await folder.write({
    "app/ai-pipeline.config.ts": 'export default { app: "my-app", worker: { entry: "linked/worker.ts" } };\n',
  });
  const { exitCode, stdout, stderr } = await run(["submit", "hello", "--wait"], { cwd: join(folder.dir, "app") });
  expect({ exitCode, stdout }, stderr).toEqual({ exitCode: 0, stdout: "echo: hello\n" });
});
