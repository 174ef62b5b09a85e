import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { makeFolder, PROJECT, run } from "./harness.ts";
import { killAll, launch } from "./launch.ts";

afterEach(killAll);

const CONFIG = "ai-pipeline.config.ts";

test("state that is no database is named, and dev --fresh begins anew", async () => {
  await using folder = await makeFolder({
    ...PROJECT,
    ".ai-pipeline/local/sqs.db": "not a database at all, but notes",
  });
  const { exitCode, stderr } = await run(["submit", "hello", "--wait"], { cwd: folder.dir });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("Error: The local stack's state cannot be opened: file is not a database.\n");
  expect(stderr).toContain("at <dir>/.ai-pipeline/local/sqs.db\n");
  expect(stderr).toContain("--fresh");
  const dev = launch(["dev", "--headless", "--fresh", "--port", "0"], folder.dir);
  await dev.shown("Ready");
  dev.child.kill("SIGINT");
  expect(await dev.exit).toBe(0);
});

test("a file where the state's folder must lie is named", async () => {
  await using folder = await makeFolder({ ...PROJECT, ".ai-pipeline": "a file" });
  const { exitCode, stderr } = await run(["submit", "hello", "--wait"], { cwd: folder.dir });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("at <dir>/.ai-pipeline\n");
  expect(stderr).not.toContain("mistake in ai-pipeline");
});

test("a configuration that is there and cannot be read is not taken for none", async () => {
  await using folder = await makeFolder();
  await symlink("nowhere.ts", join(folder.dir, CONFIG));
  const link = await run(["submit", "hello"], { cwd: folder.dir });
  expect(link.stderr).toContain("The configuration cannot be read: it is a link to a file that is missing.\n");
  expect(link.stderr).toContain(`at <dir>/${CONFIG}\n`);
  await using other = await makeFolder({ [`${CONFIG}/x`]: "" });
  expect((await run(["submit", "hello"], { cwd: other.dir })).stderr).toContain("it is a folder");
});

test("a configuration that never ends is ended by Ctrl-C", async () => {
  await using folder = await makeFolder({
    ...PROJECT,
    [CONFIG]: 'console.log("looping"); for (;;); export default {};',
  });
  const command = launch(["submit", "hello"], folder.dir);
  await command.shown("looping");
  command.child.kill("SIGINT");
  expect(await command.exit).toBe("SIGINT");
});
