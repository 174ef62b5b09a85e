import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  endProject,
  type Folder,
  makeFolder,
  PROJECT,
  run,
  type RunningCommand,
  start,
  startDev,
} from "../cli/harness.ts";
import { startOnTerminal } from "../cli/on-terminal.ts";

/* On a stage whose model fails as long as a file says so, and whose calls cost a quarter of a dollar. */

let folder: Folder;
let dev: RunningCommand;
const options = () => ({ cwd: folder.dir });
const cli = (...argv: string[]) => run(argv, options());
const redrive = (...flags: string[]) => cli("dlq", "redrive", "--yes", "--json", ...flags);
const mode = (text: string) => writeFile(join(folder.dir, "mode"), text);
const of = (events: Record<string, unknown>[], type: string) => events.filter((event) => event["type"] === type);

const worker = (dir: string) => `import { readFileSync } from "node:fs";
import { defineWorker } from "ai-pipeline/runtime";

export const handler = defineWorker({
  async run(task, ctx) {
    const mode = readFileSync(${JSON.stringify(join(dir, "mode"))}, "utf8");
    if (mode === "fail" || (mode === "some" && Number(task.prompt) % 3 === 0)) throw new TypeError("the model is down");
    ctx.usage({ model: mode === "dear" ? "nobody-knows" : "gpt-5-mini", inputTokens: 1_000_000, outputTokens: 0 });
    return "done";
  },
});
`;

beforeAll(async () => {
  folder = await makeFolder(PROJECT);
  await folder.write({ "src/worker.ts": worker(folder.dir), mode: "ok" });
  ({ dev } = await startDev(["--json"], options()));
});
afterAll(() => endProject({ folder, dev }));
beforeEach(async () => {
  if ((await letters()) > 0) await cli("dlq", "purge", "--yes", "--queue-name", "my-app-local-tasks-dlq");
});

async function letters(): Promise<number> {
  const { events } = await cli("dlq", "list", "--json");
  const { depth } = { depth: of(events, "dead-letter-queue")[0]?.["depth"] };
  return typeof depth === "object" && depth && "visible" in depth && "inFlight" in depth
    ? Number(depth.visible) + Number(depth.inFlight)
    : 0;
}

/** An outage: so many tasks are dead letters. @returns their ids. */
async function outage(count: number): Promise<string[]> {
  await mode("fail");
  const lines = Array.from({ length: count }, (_, index) => JSON.stringify({ prompt: String(index) }));
  const { events } = await run(["submit", "--batch", "-", "--wait", "--json", "--concurrency", "30"], {
    ...options(),
    stdin: lines.join("\n"),
  });
  await expect.poll(letters, { timeout: 20_000 }).toBe(count);
  return of(events, "line-submitted").map(({ taskId }) => String(taskId));
}

async function attempts(taskId: string): Promise<string[]> {
  const { events } = await cli("tasks", "show", taskId, "--json");
  const { record } = { record: of(events, "task-detail")[0]?.["record"] };
  const all = typeof record === "object" && record && "attempts" in record ? record.attempts : [];
  return Array.isArray(all) ? all.map(({ generation, attempt, outcome }) => `${generation}.${attempt} ${outcome}`) : [];
}

test("a canary goes first; the rest follows when it did well, and every task is judged by its first attempt", async () => {
  const ids = await outage(24);
  await mode("ok");
  const { exitCode, events, stderr } = await redrive("--canary", "4");
  expect(exitCode, stderr).toBe(0);
  expect(of(events, "plan")[0]).toMatchObject({ count: 24, watch: { canary: 4, maxFailureRate: 0.05 } });
  expect(of(events, "mover")[0]).toMatchObject({ by: "client", why: expect.stringContaining("judged") });
  const goesOn = events.findIndex(({ type }) => type === "decided");
  expect(events[goesOn]).toMatchObject({ decision: "go on", why: "0 of 4 first attempts failed (0%), at most 5% may" });
  expect(of(events.slice(0, goesOn), "judged")).toHaveLength(4);
  const before = of(events.slice(0, goesOn), "watched");
  expect(before.every(({ moved }) => Number(moved) <= 4)).toBe(true);
  expect(events.at(-1)).toMatchObject({
    moved: 24,
    status: "COMPLETED",
    watch: { moved: 24, judged: 24, failed: 0, unfollowed: 0 },
  });
  expect(await letters()).toBe(0);
  expect(await attempts(ids[0] ?? "")).toEqual(["1.1 failed", "1.2 failed", "1.3 failed", "2.1 completed"]);
});

test("a canary that fails stops it: the rest stays, and a redriven task has its three attempts again", async () => {
  await outage(12);
  const { exitCode, events } = await redrive("--canary", "3");
  expect(exitCode).toBe(3);
  expect(of(events, "judged")).toEqual(
    Array.from({ length: 3 }, () =>
      expect.objectContaining({ ok: false, error: expect.objectContaining({ name: "TypeError" }) }),
    ),
  );
  expect(of(events, "decided")).toEqual([
    expect.objectContaining({ decision: "stop", why: "3 of 3 first attempts failed (100%), and at most 5% may" }),
  ]);
  expect(events.at(-1)).toMatchObject({
    moved: 3,
    status: "CANCELLED",
    watch: { judged: 3, failed: 3, stopped: expect.any(String) },
    client: { left: 9 },
    resume: expect.stringContaining("dlq redrive --canary 3"),
  });
  expect(of(events, "move").at(-1)).toMatchObject({ status: "CANCELLED", moved: 3, toMove: 12 });
  const [judged] = of(events, "judged");
  await expect
    .poll(() => attempts(String(judged?.["taskId"])), { timeout: 10_000 })
    .toEqual(["1.1 failed", "1.2 failed", "1.3 failed", "2.1 failed", "2.2 failed", "2.3 failed"]);
  await expect.poll(letters, { timeout: 10_000 }).toBe(12);
});

test("an outage that comes back while the rest goes stops it within a window", async () => {
  await outage(50);
  await mode("ok");
  const going = start(["dlq", "redrive", "--yes", "--json", "--canary", "2"], options());
  await going.waitFor('"decision":"go on"');
  await mode("fail");
  expect(await going.exit, JSON.stringify(going.events(), null, 1)).toBe(3);
  const { watch } = { watch: going.events().at(-1)?.["watch"] };
  expect(watch).toMatchObject({ stopped: expect.stringMatching(/of the last 10|may$/) });
  const left = 50 - Number(going.events().at(-1)?.["moved"]);
  expect(left).toBeGreaterThan(0);
});

test("some failures are allowed when it is said so; what fails again is not moved in circles", async () => {
  await outage(21);
  await mode("some");
  const { exitCode, events } = await redrive("--canary", "6", "--max-failure-rate", "67%");
  expect(exitCode).toBe(0);
  expect(events.at(-1)).toMatchObject({ moved: 21, watch: { moved: 21, judged: 21, failed: 7 } });
  await expect.poll(letters, { timeout: 10_000 }).toBe(7);
});

test("--wait also follows them to their end", async () => {
  await outage(5);
  await mode("some");
  const { exitCode, events } = await redrive("--max-failure-rate", "1", "--wait");
  expect(exitCode).toBe(3);
  expect(of(events, "redriven")).toHaveLength(5);
  expect(events.at(-1)).toMatchObject({ completed: 3, failed: 2 });
});

describe("--budget", () => {
  test("stops before it is used up, with what is in flight counted", async () => {
    await outage(20);
    await mode("ok");
    const { exitCode, events, stderr } = await redrive("--canary", "4", "--budget", "3.10");
    expect(exitCode, stderr).toBe(3);
    expect(of(events, "plan")[0]).toMatchObject({ watch: { budgetUsd: 3.1, taskUsd: 0.25 } });
    expect(events.at(-1)).toMatchObject({
      moved: 12,
      watch: { moved: 12, spentUsd: 3, inFlight: 0, stopped: expect.stringContaining("the budget of $3.1 is near") },
    });
    expect(await letters()).toBe(8);
  });

  test("goes on to the end when it lasts", async () => {
    await outage(4);
    await mode("ok");
    const { exitCode, events } = await redrive("--canary", "2", "--budget", "1");
    expect(exitCode).toBe(0);
    expect(events.at(-1)).toMatchObject({ moved: 4, status: "COMPLETED", watch: { spentUsd: 1 } });
  });

  test("too small for the canaries is refused", async () => {
    await outage(1);
    const { exitCode, events } = await redrive("--budget", "1");
    expect(exitCode).toBe(1);
    expect(events.at(-1)).toMatchObject({
      code: "BUDGET_TOO_SMALL",
      message: expect.stringContaining("10 canaries cost about $2.5000, more than the budget of $1"),
    });
    expect(await letters()).toBe(1);
  });

  test("stops when a price turns out to be unknown, and is refused from then on", async () => {
    await outage(6);
    await mode("dear");
    const first = await redrive("--canary", "2", "--budget", "10");
    expect(first.exitCode).toBe(3);
    expect(first.events.at(-1)).toMatchObject({
      moved: 2,
      watch: { stopped: expect.stringContaining("price is not known") },
    });
    const { exitCode, events } = await redrive("--canary", "2", "--budget", "10");
    expect(exitCode).toBe(1);
    expect(events.at(-1)).toMatchObject({
      code: "PRICE_UNKNOWN",
      message: expect.stringContaining("Nothing was moved."),
    });
    expect(await letters()).toBe(4);
  });
});

test("Ctrl-C stops after what is on its way, and --resume goes on with canaries of its own", async () => {
  await outage(20);
  await mode("ok");
  const going = start(["dlq", "redrive", "--yes", "--json", "--canary", "2"], options());
  await going.waitFor('"type":"judged"');
  going.interrupt();
  expect(await going.exit).toBe(130);
  const summary = going.events().at(-1);
  expect(summary).toMatchObject({ resume: expect.stringMatching(/dlq redrive --canary 2 --resume$/) });
  const { exitCode, events } = await redrive("--canary", "2", "--resume");
  expect(exitCode).toBe(0);
  expect(events.at(-1)).toMatchObject({ moved: 20 - Number(summary?.["moved"]) });
  expect(await letters()).toBe(0);
});

test("on a terminal: it asks with its bounds, and shows how the canaries do", async () => {
  await outage(8);
  await mode("ok");
  const { terminal, exit } = startOnTerminal(["dlq", "redrive", "--canary", "3"], options());
  await terminal.waitFor("3 first, the rest while at most 5% fail?");
  terminal.type("y");
  expect(await exit).toBe(0);
  await terminal.waitFor("goes on: 0 of 3 first attempts failed");
  await terminal.waitFor("first attempts: 8 of 8 judged, 0 failed, 0 in flight");
});

test("as text", async () => {
  await outage(3);
  const { stdout, stderr } = await cli("dlq", "redrive", "--yes", "--canary", "3");
  expect(stderr).toContain("3 go first; then the rest, while at most 5% of first attempts fail");
  expect(stderr).toMatch(/failed again: TypeError the model is down/);
  expect(stderr).toContain("stops: 3 of 3 first attempts failed (100%)");
  expect(stdout).toContain("3 moved");
});

test.each([
  [["--max-failure-rate", "120%"], "from 0% to 100%"],
  [["--max-failure-rate", "few"], "from 0% to 100%"],
  [["--canary", "0"], "whole number"],
  [["--budget", "much"], "Write a number"],
])("%s is refused", async (flags, text) => {
  const { exitCode, events } = await redrive(...flags);
  expect(exitCode).toBe(2);
  expect(JSON.stringify(events)).toContain(text);
});
