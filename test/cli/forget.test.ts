import { afterAll, beforeAll, expect, test } from "vitest";
import { endProject, type Folder, PROJECT, run, type RunningCommand, startProject } from "./harness.ts";

let folder: Folder;
let dev: RunningCommand;
const cli = (...argv: string[]) => run(argv, { cwd: folder.dir });
const submit = (user: string, taskId: string, prompt: string, ...flags: string[]) =>
  cli("submit", prompt, "--user", user, "--task-id", taskId, ...flags);

beforeAll(async () => {
  ({ folder, dev } = await startProject(PROJECT, ["--json", "--speed", "60"]));
  await dev.waitFor(/"name":"my-app-local-worker","state":"ready"/);
});

afterAll(() => endProject({ folder, dev }));

test("all that is kept of a user goes, and nothing of anybody else", async () => {
  const { endpoint, token } = Object(dev.events().find(({ type }) => type === "ready"));
  await submit("jane", "jane-done", "hello", "--wait");
  await submit("jane", "jane-dead", "impossible", "--wait");
  await submit("john", "john-dead", "impossible", "--wait");
  await submit("jane", "jane-active", "wait");
  const headers = { authorization: `Bearer ${token}` };
  const before = await fetch(`${endpoint}/tasks/jane-done/events?after=0`, { headers });
  expect(before.status).toBe(200);

  const asked = await cli("tasks", "forget", "jane");
  expect(asked.exitCode).toBe(2);
  expect(asked.stderr).toContain("Remove 2 tasks and 0 documents of jane from stage local of my-app");
  expect((await cli("tasks", "show", "jane-done")).exitCode).toBe(0);

  const { exitCode, events, stderr } = await cli("tasks", "forget", "jane", "--yes", "--json");
  expect(exitCode, stderr).toBe(0);
  expect(events.at(-1)).toMatchObject({ tasks: 2, deadLetters: 1, cancelled: 1, documents: 0 });
  for (const taskId of ["jane-done", "jane-dead"]) {
    expect((await cli("tasks", "show", taskId)).stderr).toContain(`There is no task ${taskId}`);
    expect((await fetch(`${endpoint}/tasks/${taskId}`, { headers })).status).toBe(404);
  }
  // Cancelled, its record stays for as long as its message may come back.
  expect((await cli("tasks", "show", "jane-active")).stdout).toMatch(/^status +cancelled/m);
  expect((await cli("dlq", "show", "john-dead")).exitCode).toBe(0);
  expect((await cli("dlq", "inspect", "--scan", "--json")).events).toContainEqual(
    expect.objectContaining({ type: "summary", seen: 1 }),
  );

  const again = await cli("tasks", "forget", "jane", "--yes");
  expect(again.stdout).toBe("removed of jane: 1 task, 0 documents, 0 dead letters\n");
  expect((await cli("tasks", "list", "--json")).events.filter(({ type }) => type === "task")).toMatchObject([
    { task: { taskId: "john-dead" } },
  ]);
});

test("documents that a user uploaded go, too", async () => {
  const { endpoint, token } = Object(dev.events().find(({ type }) => type === "ready"));
  // The stage's token is a service: its folder is that of the user `service`.
  const asked = await fetch(`${endpoint}/documents`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ name: "a.txt", bytes: 5, contentType: "text/plain" }),
  });
  const { uploadUrl, headers }: { uploadUrl: string; headers: Record<string, string> } = JSON.parse(await asked.text());
  expect((await fetch(uploadUrl, { method: "PUT", headers, body: "hello" })).status).toBe(200);
  expect((await cli("tasks", "forget", "service", "--yes")).stdout).toContain("1 document,");
  expect((await cli("tasks", "forget", "service", "--yes")).stdout).toContain("0 documents,");
});
