import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { endProject, type Folder, PROJECT, run, type RunningCommand, startProject } from "./harness.ts";

/** As every 64th id of clients that make them in base64url. */
const ID = "-fails-for-good";

let folder: Folder;
let dev: RunningCommand;
beforeAll(async () => {
  ({ folder, dev } = await startProject(PROJECT, ["--json"]));
});
afterAll(() => endProject({ folder, dev }));

/** Runs a command that was printed, as a shell takes it. */
async function pasted(command: unknown) {
  const words = execFileSync("/bin/sh", ["-c", `for word in ${String(command)}; do printf '%s\\n' "$word"; done`]);
  const argv = words.toString().trimEnd().split("\n");
  const program = argv.findIndex((word) => word.endsWith("ai-pipeline.js"));
  return run(argv.slice(program + 1), { cwd: folder.dir });
}

const textsOf = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);

test("every command that is printed for a task whose id begins as a flag does works as it stands", async () => {
  const submitted = await run(["submit", "impossible", "--task-id", ID, "--json"], { cwd: folder.dir });
  const { follow } = submitted.events.find(({ type }) => type === "submitted") ?? {};
  expect(String(follow)).toMatch(/ watch -- -fails-for-good$/);
  expect(await pasted(follow)).toMatchObject({ exitCode: 3, stderr: expect.stringContaining(`watching ${ID}`) });

  const inspected = await run(["dlq", "inspect", "--json"], { cwd: folder.dir });
  const [show] = textsOf(inspected.events.at(-1)?.["next"]);
  expect(show).toMatch(/ dlq show -- -fails-for-good$/);
  expect((await pasted(show)).exitCode).toBe(0);

  const shown = await run(["dlq", "show", "--json", "--", ID], { cwd: folder.dir });
  const [redrive, record] = textsOf(shown.events.at(-1)?.["next"]);
  expect((await pasted(record)).stdout).toContain(ID);
  const moved = await pasted(redrive);
  expect(moved.exitCode, moved.stderr).toBe(0);
  expect(moved.stderr).toContain("1 stays that no attempt can mend");
});
