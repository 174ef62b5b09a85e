import { afterAll, beforeAll, expect, test } from "vitest";
import { startOnTerminal } from "./on-terminal.ts";
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

let folder: Folder;
let dev: RunningCommand;
const cli = (...argv: string[]) => run(argv, { cwd: folder.dir });

beforeAll(async () => {
  ({ folder, dev } = await startProject(PROJECT, ["--json", "--speed", "10"]));
  for (const prompt of ["ask me", "hello", "fail"]) await cli("submit", prompt, "--wait");
});

afterAll(() => endProject({ folder, dev }));

test("status tells queues, consumers, tasks, causes, tokens and functions", async () => {
  // A message joins the dead letters at its next receive, a moment after its task has ended.
  const look = async () => (await cli("status", "--json")).events[0];
  await expect.poll(look, { timeout: 20_000 }).toMatchObject({ deadLetterQueue: { visible: 1 } });
  const { exitCode, events } = await cli("status", "--json");
  expect(exitCode).toBe(0);
  expect(events[0]).toMatchObject({
    v: 1,
    type: "status",
    windowMs: 900_000,
    queue: { visible: 0, inFlight: 0, delayed: 0 },
    deadLetterQueue: { visible: 1 },
    consumers: [{ function: "worker", state: "Enabled", batchSize: 1 }],
    tasks: {
      read: 3,
      complete: true,
      accepted: 3,
      completed: 2,
      deadlettered: 1,
      cancelled: 0,
      duration: { of: 2 },
      failures: [{ name: "TypeError" }],
      usage: [{ model: "offline", calls: 1 }],
    },
    drain: { state: "empty" },
    // The project of these tests tries again at once.
    outage: { attempts: 3, by: "backoff", mostMs: 0 },
  });
  expect(events.at(-1)).toMatchObject({ type: "summary", operation: "status", exitCode: 0 });
});

test("as text, one line a figure", async () => {
  const { stdout } = await cli("status", "--window", "2h");
  expect(stdout).toMatch(/^stage +local of my-app, last 2 h/m);
  expect(stdout).toMatch(/^dead letters +1/m);
  expect(stdout).toMatch(/^tasks +3 accepted · 2 completed .* 1 dead-lettered/m);
});

test("a window that is none is refused", async () => {
  const { exitCode, stderr } = await cli("status", "--window", "soon");
  expect(exitCode).toBe(2);
  expect(stderr).toContain("--window");
});

test("--watch prints a block for each look that shows something new, until it is left", async () => {
  const watching = start(["status", "--watch", "--interval", "1s", "--window", "1h"], { cwd: folder.dir });
  await watching.waitFor("3 accepted");
  await cli("submit", "hello", "--wait");
  await watching.waitFor("4 accepted");
  watching.interrupt();
  expect(await watching.exit).toBe(0);
  const blocks = watching.stdout().split("\n\n");
  expect(blocks.length).toBeGreaterThanOrEqual(2);
  for (const block of blocks)
    expect(block).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\nstage +local of my-app, last 1 h\n/);
  const bodies = blocks.map((block) => block.slice(block.indexOf("\n")).trimEnd());
  for (const [index, body] of bodies.entries()) expect(body).not.toBe(bodies[index + 1]);
  expect(watching.stderr()).toBe("");
});

test("--watch --json prints an event for each look", async () => {
  const watching = start(["status", "--watch", "--interval", "1s", "--json"], { cwd: folder.dir });
  await expect.poll(() => watching.events().length, { timeout: 15_000 }).toBeGreaterThanOrEqual(3);
  watching.interrupt();
  expect(await watching.exit).toBe(0);
  const events = watching.events();
  const looks = events.filter(({ type }) => type === "status");
  for (const look of looks) expect(look).toMatchObject({ v: 1, everyMs: 1000, queue: { visible: 0 } });
  const times = looks.map(({ at }) => Number(at));
  for (const [index, at] of times.slice(1).entries()) expect(at - (times[index] ?? 0)).toBeGreaterThanOrEqual(1000);
  expect(events.at(-1)).toEqual({ v: 1, type: "summary", operation: "status", exitCode: 0, looks: looks.length });
});

test("on a terminal --watch is redrawn in place, and Ctrl-C leaves it", async () => {
  const { terminal, exit } = startOnTerminal(["status", "--watch", "--interval", "1s"], { cwd: folder.dir });
  await terminal.waitFor("every 1 s · ctrl-c leaves");
  const first = terminal.text();
  await expect.poll(terminal.text, { timeout: 15_000 }).not.toBe(first);
  expect(terminal.text().match(/^queue +0 waiting/gm)).toHaveLength(1);
  terminal.type("\u0003");
  expect(await exit).toBe(0);
  expect(terminal.text()).toMatch(/left at \d\d:\d\d:\d\d$/);
});

test("a watch outlives a stage that cannot be reached", async () => {
  const other = await makeFolder(PROJECT);
  const stack = start(["dev", "--headless", "--json", "--port", "0"], { cwd: other.dir });
  await stack.waitFor('"type":"ready"');
  const watching = start(["status", "--watch", "--interval", "1s"], { cwd: other.dir });
  await watching.waitFor("nothing is queued");
  stack.interrupt();
  await stack.exit;
  await watching.waitFor(/queue +unknown: /);
  watching.interrupt();
  expect(await watching.exit).toBe(0);
  await other[Symbol.asyncDispose]();
});

test.each([
  [["--interval", "5s"], "--watch"],
  [["--watch", "--interval", "10ms"], "at least a second"],
  [["--watch", "--interval", "often"], "--interval"],
])("%j is refused", async (flags, words) => {
  const { exitCode, stderr } = await cli("status", ...flags);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(words);
});
