import { afterAll, beforeAll, expect, test } from "vitest";
import { makeFolder, PROJECT, run, type RunningCommand, start } from "./harness.ts";

let folder: Awaited<ReturnType<typeof makeFolder>>;
let dev: RunningCommand;
const cli = (...argv: string[]) => run(argv, { cwd: folder.dir });

beforeAll(async () => {
  folder = await makeFolder(PROJECT);
  dev = start(["dev", "--headless", "--json", "--port", "0", "--speed", "10"], { cwd: folder.dir });
  await dev.waitFor('"type":"ready"');
  for (const prompt of ["ask me", "hello", "fail"]) await cli("submit", prompt, "--wait");
});

afterAll(async () => {
  dev.interrupt();
  expect(await dev.exit).toBe(0);
  await folder[Symbol.asyncDispose]();
});

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
