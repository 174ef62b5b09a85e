import { afterAll, beforeAll, expect, test } from "vitest";
import {
  endProject,
  type Folder,
  makeFolder,
  PROJECT,
  run,
  type RunningCommand,
  start,
  startProject,
} from "./harness.ts";

/** A worker that talks between its events, or ends its process in the middle of an attempt. */
const WORKER = `import { defineWorker } from "ai-pipeline/runtime";

export const handler = defineWorker({
  async run(task, ctx) {
    if (task.prompt === "exit") process.exit(3);
    if (task.prompt === "wait") await new Promise((_, reject) => ctx.signal.addEventListener("abort", () => reject(ctx.signal.reason)));
    console.log("first words");
    await ctx.progress("half way");
    console.log("second words");
    return "done";
  },
});
`;
const CONFIG = `export default { app: "my-app", worker: { timeout: 5 }, queue: { visibilityTimeout: 30, backoff: { base: 0, max: 0 } } };\n`;

let folder: Folder;
let dev: RunningCommand;

beforeAll(async () => {
  ({ folder, dev } = await startProject({ ...PROJECT, "ai-pipeline.config.ts": CONFIG, "src/worker.ts": WORKER }, [
    "--speed",
    "10",
  ]));
});

afterAll(() => endProject({ folder, dev }));

const submit = (taskId: string, prompt: string, ...flags: string[]) =>
  run(["submit", prompt, "--task-id", taskId, ...flags], { cwd: folder.dir });

/** What `dev` told of a task, without times. */
const told = (taskId: string) =>
  dev
    .stdout()
    .split("\n")
    .filter((line) => line.includes(taskId.slice(0, 8)))
    .map((line) => line.replace(/^\d\d:\d\d:\d\d {2}/, "").replaceAll(/\d+(\.\d+)? m?s/g, "N"));

test("dev begins with the place in 80 columns, then tells that the worker is being built, and when it is", async () => {
  await dev.waitFor("worker built");
  const lines = dev.stdout().split("\n");
  expect(lines[0]).toMatch(/^Ready {2}http:\/\/127\.0\.0\.1:\d+ · stage local · model: offline$/);
  expect(lines[0]?.length).toBeLessThanOrEqual(80);
  const building = lines.filter((line) => /^\d\d:\d\d:\d\d {2}.*worker/.test(line)).map((line) => line.slice(10));
  expect(building.slice(0, 2)).toEqual(["building worker…", expect.stringMatching(/^worker built in \d/)]);
});

test("dev tells what a worker prints between the events of its task, in the order it happened, under its id", async () => {
  expect((await submit("words-of-a-task", "talk", "--wait")).stdout).toBe("done\n");
  await dev.waitFor("The attempt ended: completed.");
  expect(told("words-of-a-task")).toEqual([
    "words-of  accepted",
    "words-of  started, attempt 1, waited N",
    "words-of  worker: info first words",
    "words-of  half way",
    "words-of  worker: info second words",
    "words-of  completed in N",
    "words-of  worker: info The attempt ended: completed.",
  ]);
});

test("a worker that ends its process is told by dev and by whoever follows, attempt for attempt", async () => {
  const follower = start(["submit", "exit", "--task-id", "exits-at-once", "--wait"], { cwd: folder.dir });
  expect(await follower.exit).toBe(3);
  const attempt = (n: number) => [
    `exits-at  started, attempt ${n}, waited N`,
    expect.stringMatching(/^exits-at {2}worker: RequestId: .* Error: Runtime exited with error: exit status 3$/),
    "exits-at  worker failed: Runtime.ExitError",
  ];
  const lost = (n: number) =>
    expect.stringContaining(`exits-at  attempt ${n} failed after N: AttemptLost The attempt ended without a word`);
  // What the reconciler logs of it may come later.
  expect(told("exits-at-once").filter((line) => !line.includes("reconciler: "))).toEqual([
    "exits-at  accepted",
    ...attempt(1),
    lost(1),
    ...attempt(2),
    lost(2),
    ...attempt(3),
    "exits-at  attempt 3 failed after N: AttemptLost The function crashed: its process ended in the midst of the attempt, the last attempt",
    "exits-at  dead-lettered: the last attempt died without a word",
  ]);
  const stderr = follower.stderr();
  expect(stderr.match(/started, attempt \d/g)).toEqual([
    "started, attempt 1",
    "started, attempt 2",
    "started, attempt 3",
  ]);
  expect(stderr.match(/attempt \d failed/g)).toEqual(["attempt 1 failed", "attempt 2 failed", "attempt 3 failed"]);
});

test("at the end of the time the record is asked, whatever the worker lived to tell", async () => {
  const { exitCode, events } = await submit("exits-unheard", "exit", "--wait", "--timeout", "1s", "--json");
  expect(exitCode).toBe(4);
  expect(events.some(({ type }) => type === "started")).toBe(true);
  expect(events.at(-1)).toMatchObject({ status: "running", attempt: 1, timedOut: true });
  const { stderr } = await submit("exits-unheard-too", "exit", "--wait", "--timeout", "1s");
  expect(stderr).toContain("started, attempt 1");
  expect(stderr).toContain("no end within the timeout: running, attempt 1");
});

test("a stop in the middle of functions' work is no failure of theirs", async () => {
  await using other = await makeFolder({ ...PROJECT, "src/worker.ts": WORKER });
  const running = start(["dev", "--headless", "--port", "0"], { cwd: other.dir });
  await running.waitFor("Ready");
  const follower = start(["submit", "wait", "--watch"], { cwd: other.dir });
  await follower.waitFor("started, attempt 1");
  running.interrupt();
  expect(await running.exit).toBe(0);
  follower.interrupt();
  await follower.exit;
  expect(running.stdout() + running.stderr()).not.toMatch(/failed|Error|warning/);
});

test("submit with a stack of its own tells at once that a worker's process ended", async () => {
  await using other = await makeFolder({ ...PROJECT, "src/worker.ts": WORKER });
  const plain = await run(["submit", "exit", "--wait", "--timeout", "4s"], { cwd: other.dir });
  expect(plain.exitCode).toBe(4);
  expect(plain.stderr).toMatch(
    /started, attempt 1, .*\nthe function ended without an answer: Runtime\.ExitError; the message comes back when/,
  );
  const { events } = await run(["submit", "exit", "--watch", "--timeout", "4s", "--json"], { cwd: other.dir });
  const types = events.map(({ type }) => type).filter((type) => type === "started" || type === "function-ended");
  expect(types).toEqual(["started", "function-ended"]);
});
