import { expect, test } from "vitest";
import { createTerminal } from "../../../../test/helpers/terminal.ts";
import { completedTask, failedTask } from "../testing/stories.ts";
import { open } from "./open.tsx";

test("a followed task shows its timeline, its text while it streams, and its result at the end", async () => {
  const terminal = createTerminal();
  const view = open(terminal.screen);
  for (const event of completedTask.slice(0, -2)) view.push(event);
  await terminal.waitFor("Three findings stand");
  expect(terminal.text()).toContain("attempt 1");
  for (const event of completedTask.slice(-2)) view.push(event);
  await view.end();
  expect(terminal.text()).toMatchInlineSnapshot(`
    "✔ uploaded samples/report.pdf (24 kB) in 31 ms
    ✔ accepted in 12 ms, 7f3c2a90-1c1e-4a53-9a55-0d8f2c6b7e11
    • started, attempt 1, waited 18 ms
    ✔ completed in 1.8 s, 812 in / 96 out, $0.0004


    Three findings stand out."
  `);
});

test("failed attempts, the wait between them and the dead-letter queue are told", async () => {
  const terminal = createTerminal({ showsResult: false });
  const view = open(terminal.screen);
  for (const event of failedTask) view.push(event);
  await view.end();
  expect(terminal.text()).toMatchInlineSnapshot(`
    "✔ accepted in 12 ms, 7f3c2a90-1c1e-4a53-9a55-0d8f2c6b7e11
    • started, attempt 1, waited 18 ms
    ✖ attempt 1 failed after 310 ms: RateLimitError 429 Rate limit reached for reque
    sts, next attempt in 4.0 s
    • started, attempt 2, waited 18 ms
    ✖ attempt 2 failed after 305 ms: RateLimitError 429 Rate limit reached for reque
    sts, next attempt in 3.0 s
    • started, attempt 3, waited 18 ms
    ✖ attempt 3 failed after 301 ms: RateLimitError 429 Rate limit reached for reque
    sts, the last attempt
    ✖ dead-lettered: every attempt failed"
  `);
});

test("a function that ended without an answer, and the end of the time, are told", async () => {
  const terminal = createTerminal({ columns: 140, showsResult: false });
  const view = open(terminal.screen);
  for (const event of failedTask.slice(0, 3)) view.push(event);
  view.push({
    type: "function-ended",
    at: 0,
    name: "my-app-local-worker",
    requestId: "req-1",
    error: "Runtime.ExitError",
  });
  await terminal.waitFor("waiting for the next attempt");
  view.push({
    type: "summary",
    operation: "submit",
    exitCode: 4,
    taskId: "7f3c2a90-1c1e-4a53-9a55-0d8f2c6b7e11",
    status: "running",
    attempt: 1,
    generation: 1,
    elapsedMs: 3000,
    usage: [],
    timedOut: true,
  });
  await view.end();
  expect(terminal.text().split("\n").slice(-2)).toEqual([
    "✖ the function ended without an answer: Runtime.ExitError; the message comes back when its visibility timeout ends",
    "▲ no end within the timeout: running, attempt 1",
  ]);
});

test("watch shows the result of the task it followed", async () => {
  const terminal = createTerminal();
  const view = open(terminal.screen);
  const outcome = {
    taskId: "7f3c2a90",
    status: "completed" as const,
    attempt: 1,
    generation: 1,
    elapsedMs: 1,
    usage: [],
  };
  view.push({
    type: "summary",
    operation: "watch",
    exitCode: 0,
    events: 3,
    task: { ...outcome, result: "Three findings stand out." },
  });
  await view.end();
  expect(terminal.text()).toContain("Three findings stand out.");
});

test("without colours no colour is written", async () => {
  const plain = createTerminal({ color: false });
  const colored = createTerminal({ color: true });
  for (const terminal of [plain, colored]) {
    const view = open(terminal.screen);
    for (const event of completedTask) view.push(event);
    await view.end();
  }
  const colors = /\u001B\[3[1-7]m/;
  expect(plain.raw()).not.toMatch(colors);
  expect(colored.raw()).toMatch(colors);
});

test("ctrl-c is handed to whoever runs the operation", async () => {
  const terminal = createTerminal();
  const view = open(terminal.screen);
  view.push({ type: "watching", ref: { app: "a", stage: "local", account: "000000000000", region: "us-east-1" } });
  await terminal.waitFor("waiting for tasks");
  terminal.type("\u0003");
  await expect.poll(() => terminal.interrupts).toBe(1);
  await view.end();
});
