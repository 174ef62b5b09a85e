import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { endProject, type Folder, PROJECT, run, type RunningCommand, startProject } from "./harness.ts";

let folder: Folder;
let dev: RunningCommand;
const cli = (...argv: string[]) => run(argv, { cwd: folder.dir });

beforeAll(async () => {
  ({ folder, dev } = await startProject(PROJECT, []));
});

afterAll(() => endProject({ folder, dev }));

test.each([
  ["--callback", "ftp://x"],
  ["--callback", "nowhere"],
  ["--callback", "https://"],
  ["--doc", "s3://"],
  ["--doc", "s3://bucket"],
  ["--doc", "https://example.com/report.pdf"],
])("%s %s is wrong usage, named with its flag", async (flag, value) => {
  const { exitCode, stdout, stderr } = await cli("submit", "hello", flag, value);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toMatch(new RegExp(`^Error: "${value}" is no address that ${flag} can take\\.\\n  at ${flag}\\n`));
});

test("a prompt that is not UTF-8 is refused, not mangled", async () => {
  await writeFile(join(folder.dir, "latin1.txt"), Buffer.from("caf\u00E9", "latin1"));
  const { exitCode, stderr } = await cli("submit", "@latin1.txt", "--wait");
  expect(exitCode).toBe(1);
  expect(stderr).toContain("Error: What latin1.txt holds is not UTF-8.\n  at latin1.txt\n");
  await writeFile(join(folder.dir, "utf8.txt"), "caf\u00E9");
  expect((await cli("submit", "@utf8.txt", "--wait")).stdout).toBe("echo: caf\u00E9\n");
});

test("smoke refuses a report's missing folder before it sends anything", async () => {
  const { exitCode, stdout, stderr } = await cli("smoke", "--junit", "missing/smoke.xml");
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr).toContain("at <dir>/missing/smoke.xml\n");
});

test("a task is found by the first eight characters that dev and watch show of it", async () => {
  await cli("submit", "hello", "--task-id", "aaaabbbb-one", "--wait");
  const shown = await cli("tasks", "show", "aaaabbbb");
  expect(shown.exitCode).toBe(0);
  expect(shown.stdout).toMatch(/^task +aaaabbbb-one$/m);
  expect((await cli("watch", "aaaabbbb")).stdout).toBe("echo: hello\n");
  expect((await cli("logs", "--task", "aaaabbbb")).stderr).not.toContain("no task");
  await cli("submit", "hello", "--task-id", "aaaabbbb-two", "--wait");
  const { exitCode, stderr } = await cli("tasks", "show", "aaaabbbb");
  expect(exitCode).toBe(1);
  expect(stderr).toContain("Error: Several tasks begin with aaaabbbb.\n");
  for (const taskId of ["aaaabbbb-one", "aaaabbbb-two"]) expect(stderr).toContain(taskId);
  expect((await cli("tasks", "show", "ccccdddd")).stderr).toContain("There is no task ccccdddd");
});

test("a batch that does not wait says where its tasks are", async () => {
  await writeFile(join(folder.dir, "tasks.jsonl"), '{"prompt":"a"}\n{"prompt":"b"}\n');
  const { exitCode, stderr } = await cli("submit", "--batch", "tasks.jsonl");
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/^see the tasks: ai-pipeline tasks list --limit 2$/m);
  expect((await cli("submit", "--batch", "tasks.jsonl", "--wait")).stderr).not.toContain("see the tasks");
});

test("what somebody else names is one line of the task", async () => {
  await cli("submit", "hello", "--task-id", "named-badly", "--via", "queue", "--user", "jane\nstatus  forged");
  const { stdout } = await cli("tasks", "show", "named-badly");
  expect(stdout).toContain("jane status  forged");
  expect(stdout).not.toMatch(/^status +forged/m);
});
