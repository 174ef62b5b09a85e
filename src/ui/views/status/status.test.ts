import { expect, test } from "vitest";
import { createTerminal } from "../../../../test/helpers/terminal.ts";
import type { StatusShown } from "../../../contract/operations/status.ts";
import { open } from "./open.tsx";

const at = Date.parse("2026-11-24T10:00:00.000Z");
const spread = { p50: 1800, p95: 4200, of: 98 };

function shown(visible: number, more: Partial<StatusShown> = {}): StatusShown {
  const deadLetterQueue = {
    name: "my-app-prod-tasks-dlq",
    visible: 3,
    inFlight: 0,
    delayed: 0,
    oldestMs: 60_000,
    firstExpiry: new Date(at + 2 * 86_400_000 + 61_000).toISOString(),
  };
  return {
    type: "status",
    at,
    ref: { app: "my-app", stage: "prod", account: "123456789012", region: "eu-west-1" },
    windowMs: 900_000,
    queue: { name: "my-app-prod-tasks", visible, inFlight: 5, delayed: 1, oldestMs: 12_000 },
    deadLetterQueue,
    consumers: [{ function: "worker", state: "Enabled", batchSize: 1, maxConcurrency: 5 }],
    tasks: {
      read: 100,
      complete: true,
      since: at - 900_000,
      until: at,
      accepted: 100,
      completed: 98,
      deadlettered: 2,
      cancelled: 0,
      duration: spread,
      queueWait: spread,
      failures: ["RateLimitError", "TimeoutError", "TypeError", "ZodError"].map((name, index) => ({
        fingerprint: name,
        name,
        message: "it did not go well, for a reason that takes some words to be told in full",
        attempts: 9 - index,
        tasks: 3,
      })),
      usage: [{ model: "gpt-5-mini", calls: 98, inputTokens: 12_345, outputTokens: 2345, costUsd: 0.42 }],
    },
    functions: { worker: { invocations: 110, errors: 2, throttles: { unknown: "CloudWatch has no datum" } } },
    drain: { state: "draining", backlog: visible, arriving: 1, leaving: 3, ms: 90_000 },
    outage: { attempts: 3, leastMs: 0, typicalMs: 7500, mostMs: 15_000, hangingMs: 87_500, by: "backoff" },
    ...more,
  };
}

test("a single look is drawn whole, however narrow the terminal", async () => {
  const terminal = createTerminal({ columns: 60, rows: 10 });
  const view = open(terminal.screen);
  view.push(shown(40));
  view.push({ type: "summary", operation: "status", exitCode: 0, looks: 1 });
  await view.end();
  const text = terminal.text();
  expect(text).toContain("queue        40 waiting · 5 in flight · 1 delayed · oldest");
  expect(text).toContain("3 · first expires in 2 d, 2026-11-26T10:01Z");
  expect(text.replaceAll(/\s+/g, " ")).toContain("worker 110 calls · 2 errors · unknown throttles");
  expect(text).not.toContain("…");
  expect(text).not.toContain("ctrl-c");
});

test("a watch is redrawn in place, and what it showed last stays", async () => {
  const terminal = createTerminal({ columns: 100, rows: 30 });
  const view = open(terminal.screen);
  for (const visible of [40, 20, 7]) {
    view.push(shown(visible, { everyMs: 5000 }));
    await terminal.waitFor(`${visible} waiting`);
  }
  expect(terminal.text().match(/waiting/g)).toHaveLength(1);
  expect(terminal.text()).toMatch(/at \d\d:\d\d:\d\d, every 5 s · ctrl-c leaves$/);
  view.push({ type: "summary", operation: "status", exitCode: 0, looks: 3 });
  await view.end();
  expect(terminal.text()).toContain("7 waiting");
  expect(terminal.text()).toMatch(/left at \d\d:\d\d:\d\d$/);
});

test("a watch is cut to a screen too low for it, says so, and leaves no frame behind", async () => {
  const terminal = createTerminal({ columns: 60, rows: 12 });
  const view = open(terminal.screen);
  for (const visible of [40, 20, 7]) {
    view.push(shown(visible, { everyMs: 5000 }));
    await terminal.waitFor(`${visible} waiting`);
  }
  const lines = terminal.text().split("\n");
  expect(lines.length).toBeLessThanOrEqual(12);
  expect(lines.filter((line) => line.includes("waiting"))).toHaveLength(1);
  expect(lines.at(-1)).toContain("ctrl-c leaves · more below");
  await view.end();
});

test("Ctrl-C leaves a watch", async () => {
  const terminal = createTerminal({});
  const view = open(terminal.screen);
  view.push(shown(1, { everyMs: 5000 }));
  await terminal.waitFor("1 waiting");
  terminal.type("\u0003");
  await expect.poll(() => terminal.interrupts).toBe(1);
  await view.end();
});
