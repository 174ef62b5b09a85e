import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { endProject, type Folder, PROJECT, run, type RunningCommand, startProject } from "./harness.ts";

/** Short times: three receives that nobody answers take a second. */
const CONFIG = `export default { app: "my-app", worker: { timeout: 2 }, queue: { visibilityTimeout: 12, backoff: { base: 0, max: 0 } } };\n`;
const BROKEN = 'import "ai-pipeline/runtime";\nthrow new RangeError("the index has 0 dimensions");\n';
/** Ends its process, hangs beyond its time, or does as the others. */
const DYING = PROJECT["src/worker.ts"].replace(
  "    if",
  '    if (task.prompt === "exit") process.exit(7);\n    if (task.prompt === "hang") for (;;);\n    if',
);

let folder: Folder;
let dev: RunningCommand;
const cli = (...argv: string[]) => run(argv, { cwd: folder.dir });
const begin = async (worker: string) => {
  ({ folder, dev } = await startProject({ ...PROJECT, "ai-pipeline.config.ts": CONFIG, "src/worker.ts": worker }, [
    "--speed",
    "20",
  ]));
};
const replaceWorker = async (text: string) => {
  const built = () => dev.stdout().split("worker built").length;
  const before = built();
  await writeFile(join(folder.dir, "src/worker.ts"), text);
  await expect.poll(built, { timeout: 20_000 }).toBeGreaterThan(before);
};

afterEach(() => endProject({ folder, dev }));

describe("a worker that throws while it is loaded", () => {
  beforeEach(() => begin(BROKEN));

  test("its tasks end in the dead-letter queue with that error, are seen there, and run when it is mended", async () => {
    const watched = await cli("submit", "one", "--task-id", "never-ran-1", "--watch", "--timeout", "60s");
    expect(watched.exitCode).toBe(3);
    expect(watched.stderr).toContain("dead-lettered: no attempt ever ran");
    expect(watched.stderr).toContain("RangeError The function could not be started: the index has 0 dimensions");

    const { events: about } = await cli("tasks", "show", "never-ran-1", "--json");
    const error = { name: "RangeError", code: "FUNCTION_START_FAILED", permanent: false };
    expect(about).toContainEqual(
      expect.objectContaining({
        type: "task-detail",
        record: expect.objectContaining({ status: "deadlettered", attempt: 0, error: expect.objectContaining(error) }),
        events: [
          expect.objectContaining({ type: "accepted" }),
          expect.objectContaining({
            type: "deadlettered",
            reason: "never-ran",
            error: expect.objectContaining(error),
          }),
        ],
      }),
    );

    const inspected = await cli("dlq", "inspect", "--letters", "--json");
    expect(inspected.events.filter(({ type }) => type !== "stage")).toMatchObject([
      { type: "letter", taskId: "never-ran-1", attempts: 0, cause: { name: "RangeError" } },
      { type: "group", count: 1 },
      { type: "summary", by: "records", seen: 1, about: 1 },
    ]);

    // It is told before anybody waits for it again.
    const again = await cli("dlq", "redrive", "--task", "never-ran-1", "--yes", "--wait", "--json");
    expect(again.events.find(({ type }) => type === "stage")).toMatchObject({
      failing: expect.stringContaining("the index has 0 dimensions"),
    });
    expect(again.events.at(-1)).toMatchObject({ moved: 1, completed: 0, failed: 1, exitCode: 3 });
    const retried = await cli("tasks", "retry", "never-ran-1", "--yes", "--wait", "--timeout", "60s");
    expect(retried.exitCode).toBe(3);
    expect(retried.stderr).toContain("dead-lettered: no attempt ever ran");

    await replaceWorker(PROJECT["src/worker.ts"]);
    const mended = await cli("dlq", "redrive", "--task", "never-ran-1", "--yes", "--wait", "--json");
    expect(mended.events.at(-1)).toMatchObject({ completed: 1, failed: 0, exitCode: 0 });
    expect(await cli("tasks", "retry", "never-ran-1", "--yes", "--wait")).toMatchObject({
      exitCode: 0,
      stdout: "echo: one\n",
    });
  });
});

describe("a last attempt that dies", () => {
  beforeEach(() => begin(DYING));

  test.each([
    ["exit", "The function crashed: its process ended in the midst of the attempt.", "Runtime.ExitError"],
    ["hang", "The attempt reached the function's timeout of 2 s.", "Sandbox.Timedout"],
  ])("is told at once, and how it died: %s", async (prompt, message, code) => {
    const { exitCode, events } = await cli("submit", prompt, "--watch", "--timeout", "60s", "--json");
    expect(exitCode).toBe(3);
    const started = events.findLast(({ type }) => type === "started");
    expect(started).toMatchObject({ attempt: 3 });
    const [failed, dead] = events.slice(-3, -1);
    expect(failed).toMatchObject({
      type: "failed",
      attempt: 3,
      final: true,
      error: { name: "AttemptLost", message, code },
    });
    expect(dead).toMatchObject({ type: "deadlettered", reason: "died", error: { message } });
    const letters = await cli("dlq", "inspect", "--json");
    expect(letters.events.at(-1)).toMatchObject({ seen: 1, about: 1 });
    // Its message was visible again after the function's time and ten seconds, twenty times as fast: nobody waited longer.
    const waited = Date.parse(String(dead?.["at"])) - Date.parse(String(started?.["at"]));
    expect(waited).toBeLessThan(10_000);
  });
});
