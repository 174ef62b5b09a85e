import { afterAll, beforeAll, expect, test } from "vitest";
import { endProject, type Folder, PROJECT, run, type RunningCommand, startProject } from "./harness.ts";

/** Fails for good with a sentence of its own. */
const WORKER = `import { defineWorker } from "ai-pipeline/runtime";

export const handler = defineWorker({
  run() {
    throw Object.assign(new TypeError("Send it as a document: --doc FILE."), { permanent: true });
  },
});
`;

let folder: Folder;
let dev: RunningCommand;
let endpoint: string;
const cli = (...argv: string[]) => run(argv, { cwd: folder.dir });

beforeAll(async () => {
  ({ folder, dev, endpoint } = await startProject({ ...PROJECT, "src/worker.ts": WORKER }, ["--json"]));
});

afterAll(() => endProject({ folder, dev }));

test.each([
  ["tasks", "show", "nobodys-task"],
  ["tasks", "cancel", "nobodys-task"],
  ["watch", "nobodys-task"],
])("%s %s: a task nobody knows is one error that names the stage and this tool's next step", async (...argv) => {
  const { exitCode, stdout, stderr } = await cli(...argv);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr.replace(/^(stage|watching) .*\n/, "")).toBe(
    [
      "Error: There is no task nobodys-task on stage local of my-app.",
      `  at ${endpoint}`,
      "  See those that are kept: ai-pipeline tasks list",
      "  Or name another stage: --stage NAME",
      "",
    ].join("\n"),
  );
});

test("a bucket that the stage does not read is told once", async () => {
  const { stderr } = await cli("submit", "hello", "--doc", "s3://theirs/report.pdf");
  expect(stderr.match(/names the bucket theirs/g)).toHaveLength(1);
});

test("a worker's own sentence ends before what is said of it", async () => {
  const { stderr } = await cli("submit", "hello", "--wait");
  expect(stderr).toContain("TypeError Send it as a document: --doc FILE, permanent\n");
});

test("one is told as one", async () => {
  await cli("submit", "hello", "--task-id", "only-letter-01", "--wait");
  const inspected = await cli("dlq", "inspect", "--scan");
  const plan = await cli("dlq", "redrive", "--task", "only-letter-01", "--all");
  expect(plan.stderr).toContain("Move 1 dead letter to my-app-local-tasks");
  for (const { stdout, stderr } of [inspected, plan, await cli("status")])
    expect(stdout + stderr).not.toMatch(
      /(^|[^\d.,])1 (messages|letters|tasks|tries|receives|requests|calls|errors|attempts|queues|stay)\b/,
    );
});
