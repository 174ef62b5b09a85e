import { expect, test } from "vitest";
import { AbortError } from "../../contract/errors.ts";
import type { Operations } from "../../contract/operations/index.ts";
import { createTerminal } from "../../../test/helpers/terminal.ts";
import { open as openBatch } from "./batch/open.tsx";
import { open as openDev } from "./dev/open.tsx";
import { drawError } from "./error.tsx";
import { open as openFaults } from "./faults/open.tsx";
import { open as openInit } from "./init/open.tsx";
import { open as openTemplates } from "./init/list.tsx";
import { open as openGroups } from "./letters/groups.tsx";
import { open as openQueues } from "./letters/queues.tsx";
import { open as openLetter } from "./letters/show.tsx";
import { ask } from "./prompts.tsx";
import { open as openRedrive } from "./redrive/open.tsx";
import { open as openSmoke } from "./smoke/open.tsx";
import { open as openCancel } from "./tasks/cancel.tsx";
import { open as openTasks } from "./tasks/list.tsx";
import type { LiveView, Screen } from "../render/view.ts";

const error = {
  name: "RateLimitError",
  message: "Rate limit reached",
  status: 429,
  fingerprint: "5f1c0a9b7d22",
  permanent: false,
};

/** Draws a whole run and returns what stays on the terminal. */
async function draw<Event>(open: (screen: Screen) => LiveView<Event>, events: Event[], columns = 100): Promise<string> {
  const terminal = createTerminal({ columns, rows: 30 });
  const view = open(terminal.screen);
  for (const event of events) view.push(event);
  await view.end();
  return terminal.text();
}

test("dev shows where the stack is, what is queued and what is at work", async () => {
  const terminal = createTerminal({ columns: 80, rows: 24 });
  const view = openDev(terminal.screen);
  const at = Date.parse("2026-11-24T10:00:00.000Z");
  view.push({ type: "function", at, name: "my-app-local-worker", state: "building" });
  await terminal.waitFor("starting, building worker…");
  view.push({ type: "function", at, name: "my-app-local-worker", state: "ready", ms: 84 });
  view.push({
    type: "ready",
    app: "my-app",
    stage: "local",
    endpoint: "http://127.0.0.1:4566",
    port: 4566,
    socketUrl: "ws://127.0.0.1:4566/local",
    token: "dev_x",
    webhookSecret: "whsec_x",
    offline: true,
    speed: 60,
    faults: ["model:429=0.3"],
    queue: "q",
    deadLetterQueue: "d",
    bucket: "b",
    state: ".ai-pipeline/local",
    ms: 210,
    pid: 1,
  });
  view.push({
    type: "depths",
    at,
    queue: { visible: 3, inFlight: 2, delayed: 1 },
    deadLetterQueue: { visible: 1, inFlight: 0, delayed: 0 },
    connections: 1,
  });
  view.push({
    v: 1,
    type: "started",
    taskId: "7f3c2a90-1c1e",
    seq: 2,
    at: new Date(at).toISOString(),
    generation: 1,
    attempt: 1,
    requestId: "r",
    messageId: "m",
    queueWaitMs: 18,
  });
  await terminal.waitFor("7f3c2a90 started, attempt 1");
  // Whole lines, at 80 columns.
  expect(terminal.text().replaceAll(/\s+/g, " ")).toContain(
    "Ready http://127.0.0.1:4566 · stage local · model: offline · speed 60 · faults: model:429=0.3",
  );
  expect(terminal.text()).toMatch(/^queued 4 · in flight 2 · dead letters 1 · completed 0 · dead-lettered 0 ·$/m);
  view.push({ type: "function", at, name: "my-app-local-worker", state: "building" });
  await terminal.waitFor("building worker…");
  view.push({ type: "function", at, name: "my-app-local-worker", state: "ready", ms: 412 });
  await terminal.waitFor("worker built in 412 ms");
  await expect.poll(() => terminal.text().match(/building worker…/g) ?? []).toEqual([]);
  view.push({
    type: "function",
    at,
    name: "my-app-local-worker",
    state: "failed",
    message: 'src/worker.ts:3:7: Expected ";"',
  });
  await terminal.waitFor("worker does not build or load: src/worker.ts:3:7");
  await view.end();
});

test("a long log leaves the screen's memory and loses no line", async () => {
  const terminal = createTerminal({ columns: 60, rows: 20 });
  const view = openDev(terminal.screen);
  for (let index = 0; index < 3000; index += 1) {
    view.push({ type: "log", at: 0, group: "/aws/lambda/w", stream: "s", message: `line ${index};` });
  }
  await terminal.waitFor("line 2999;");
  await view.end();
  for (const index of [0, 1, 1500, 2998]) expect(terminal.raw()).toContain(`line ${index};`);
});

test("a batch ends with what failed and why", async () => {
  const events: Operations["batch"][] = [
    { type: "batch", file: "tasks.jsonl", total: 3, concurrency: 2, wait: true },
    { type: "line-invalid", line: 2, code: "NOT_JSON", problem: "not JSON", message: "not JSON at column 4" },
    { type: "batch-progress", total: 3, read: 3, submitted: 2, completed: 1, failed: 1, rejected: 1 },
    {
      type: "summary",
      operation: "batch",
      exitCode: 3,
      read: 3,
      submitted: 2,
      completed: 1,
      failed: 1,
      rejected: 1,
      elapsedMs: 4200,
      accept: { p50: 12, p95: 20, max: 21 },
      duration: { p50: 1800, p95: 2100, max: 2100 },
      causes: [{ cause: "RateLimitError", message: "Rate limit reached", count: 1, example: "t-1", lines: [3] }],
      inputTokens: 812,
      outputTokens: 96,
      costUsd: 0.0004,
    },
  ];
  expect(await draw(openBatch, events)).toMatchInlineSnapshot(`
    "✖ line 2: not JSON at column 4
    2 submitted, 1 completed, 1 failed, 1 rejected in 4.2 s
    accept    p50 12 ms  p95 20 ms
    duration  p50 1.8 s  p95 2.1 s
    tokens    812 in / 96 out, $0.0004
    failed  cause           message                                                             where
         1  RateLimitError  Rate limit reached                                                  line 3"
  `);
});

test("smoke draws one line a hop", async () => {
  const events: Operations["smoke"][] = [
    { type: "hop", hop: "accepted", state: "passed", detail: "202 from POST /tasks", ms: 12, limitMs: 2000 },
    { type: "hop", hop: "queued", state: "failed", detail: "nothing started", ms: 5000, limitMs: 5000 },
    { type: "hop", hop: "worked", state: "skipped", limitMs: 30_000 },
    { type: "summary", operation: "smoke", exitCode: 1, passed: false, hops: [], elapsedMs: 5100, costUsd: 0 },
  ];
  expect(await draw(openSmoke, events)).toMatchInlineSnapshot(`
    "✔ accepted  12 ms of 2.0 s     202 from POST /tasks
    ✖ queued    5.0 s of 5.0 s     nothing started
    • worked                       skipped
    • stored
    • told
    • cleaned
    failed in 5.1 s, $0"
  `);
});

test("lists are tables that fit the terminal", async () => {
  const task = {
    taskId: "7f3c2a90",
    userId: "u",
    status: "deadlettered" as const,
    generation: 2,
    attempt: 3,
    acceptedAt: "2026-11-24T10:00:00.000Z",
    updatedAt: "2026-11-24T10:00:00.000Z",
    prompt: "Summarise\nthis",
    error,
  };
  const text = await draw(openTasks, [
    { type: "task", task },
    { type: "summary", operation: "tasks-list", exitCode: 0, count: 1 },
  ]);
  expect(text).toContain("7f3c2a90  deadlettered  2.3");
  expect(text).toContain("RateLimitError 429 Rate limit reached");
});

test("dead-letter queues, causes and a letter fit 80 columns", async () => {
  const queues = await draw(
    openQueues,
    [
      {
        type: "dead-letter-queue",
        name: "my-app-prod-tasks-dlq",
        queue: "https://sqs.eu-west-1.amazonaws.com/1/my-app-prod-tasks-dlq",
        fifo: false,
        sources: ["my-app-prod-tasks"],
        depth: { visible: 4012, inFlight: 2, delayed: 0 },
        oldestSeconds: 11_100,
        expiresInSeconds: 1_198_500,
        unknown: { move: "You may not call sqs:ListMessageMoveTasks." },
      },
      {
        type: "summary",
        operation: "dlq-list",
        exitCode: 0,
        queues: 1,
        letters: 4014,
        inspect: "ai-pipeline dlq inspect",
      },
    ],
    80,
  );
  expect(queues).toMatchInlineSnapshot(`
    "my-app-prod-tasks-dlq 4,012 letters, 2 in flight, oldest 3 h 5 min, first
    expires in at most 13 d 20 h
      dead letters of my-app-prod-tasks
    unknown of my-app-prod-tasks-dlq: an active move, as you may not call
    sqs:ListMessageMoveTasks
    see why: ai-pipeline dlq inspect"
  `);
  const groups = await draw(
    openGroups,
    [
      { type: "scan", seen: 10, about: 4012, receives: 1, ms: 3 },
      {
        type: "group",
        cause: error,
        count: 4001,
        oldest: "2026-11-24T10:00:00.000Z",
        newest: "",
        examples: ["7f3c2a90"],
      },
      {
        type: "group",
        cause: {
          ...error,
          name: "ZodError",
          status: 400,
          message: "prompt: too short",
          fingerprint: "aa",
          permanent: true,
        },
        count: 8,
        oldest: "",
        newest: "",
        examples: [],
      },
      {
        type: "summary",
        operation: "dlq-inspect",
        exitCode: 0,
        queue: "q",
        by: "messages",
        seen: 4009,
        about: 4012,
        groups: 2,
        firstExpiry: new Date(3_600_000).toISOString(),
        scan: { receives: 410, requests: 811, costUsd: 0.0003244, unreleased: 0 },
        next: ["ai-pipeline dlq show 7f3c2a90"],
        elapsedMs: 900,
      },
    ],
    80,
  );
  expect(groups).toMatchInlineSnapshot(`
    "4,001 RateLimitError 429 · 8 ZodError 400

    letters  fingerprint   why
      4,001  5f1c0a9b7d22  RateLimitError 429 Rate limit reached
          8  aa            ZodError 400 prompt: too short (permanent)

    saw 4,009 of about 4,012
    the first has expired
    410 receives, 811 requests in all, $0.0003 at list price
    next: ai-pipeline dlq show 7f3c2a90"
  `);
  const letter = await draw(
    openLetter,
    [
      {
        type: "letter-detail",
        messageId: "5fea7756",
        body: '{"orderId":7,"note":"\u001b[31mred"}',
        attributes: { tenant: { type: "String", text: "acme" }, blob: { type: "Binary.png", binary: "AQID" } },
        system: { DeadLetterQueueSourceArn: "arn:aws:sqs:eu-west-1:1:orders", SentTimestamp: "1" },
        sentAt: "2026-11-24T10:00:00.000Z",
        receiveCount: 4,
        cause: error,
      },
      { type: "summary", operation: "dlq-show", exitCode: 0, id: "5fea7756", next: [] },
    ],
    80,
  );
  expect(letter).toMatchInlineSnapshot(`
    "message                   5fea7756
    why                       RateLimitError 429 Rate limit reached
    fingerprint               5f1c0a9b7d22
    sent                      2026-11-24T10:00:00.000Z
    receives                  4
    DeadLetterQueueSourceArn  arn:aws:sqs:eu-west-1:1:orders

    attributes
    tenant  String  acme
    blob    Binary.png  AQID (base64)

    {"orderId":7,"note":"red"}"
  `);
});

test("short answers: a cancelled task, faults in force, templates", async () => {
  const ref = { app: "my-app", stage: "prod", account: "123456789012", region: "eu-west-1" };
  const cancel = (status: "cancelled" | "running") =>
    draw(openCancel, [
      { type: "stage", ref },
      { type: "summary", operation: "tasks-cancel", exitCode: 0, taskId: "7f3c2a90", status },
    ]);
  expect(await cancel("cancelled")).toBe(
    "stage prod of my-app, account 123456789012, region eu-west-1\n✔ 7f3c2a90 cancelled",
  );
  expect(await cancel("running")).toContain("◐ 7f3c2a90 running, its worker is told to stop");
  const faults = (rules: string[]) =>
    draw(openFaults, [{ type: "summary", operation: "faults", exitCode: 0, action: "list", rules }]);
  expect(await faults(["model:429=0.3", "ws:gone=next:1"])).toBe("▲ model:429=0.3\n▲ ws:gone=next:1");
  expect(await faults([])).toBe("no faults are set");
  const templates = await draw(openTemplates, [
    { type: "template", name: "minimal", description: "One worker.", dependencies: false },
    { type: "template", name: "summarize", description: "Summarises.", dependencies: true },
    { type: "summary", operation: "init-list", exitCode: 0, count: 2 },
  ]);
  expect(templates).toBe("minimal    One worker.\nsummarize  Summarises.");
});

test("a redrive tells what was moved and how it ended", async () => {
  const text = await draw(openRedrive, [
    { type: "move", status: "RUNNING", moved: 1, toMove: 2, ms: 10 },
    { type: "redriven", taskId: "7f3c2a90", status: "completed", ended: 1, total: 2 },
    { type: "redriven", taskId: "81aa0000", status: "deadlettered", error, ended: 2, total: 2 },
    {
      type: "summary",
      operation: "dlq-redrive",
      exitCode: 3,
      moved: 2,
      status: "COMPLETED",
      elapsedMs: 900,
      completed: 1,
      failed: 1,
    },
  ]);
  expect(text).toMatchInlineSnapshot(`
    "✔ 7f3c2a90  completed
    ✖ 81aa0000  deadlettered: RateLimitError 429 Rate limit reached
    moved 2 in 900 ms (completed), 1 completed, 1 failed"
  `);
});

test("init ends with the commands to run next", async () => {
  const text = await draw(openInit, [
    { type: "file", path: "package.json" },
    { type: "install", state: "failed", command: "npm install", line: "ENOTFOUND" },
    {
      type: "summary",
      operation: "init",
      exitCode: 0,
      app: "my-app",
      template: "minimal",
      directory: "/tmp/my-app",
      files: 1,
      installed: false,
      next: ["cd my-app", "npm install"],
    },
  ]);
  expect(text).toMatchInlineSnapshot(`
    "✔ 1 file
    ✖ npm install failed: ENOTFOUND

    my-app from the template minimal, in /tmp/my-app
     cd my-app
     npm install"
  `);
});

test("questions are answered by keys, and Escape leaves", async () => {
  const terminal = createTerminal();
  const answers = ask(
    [
      {
        name: "app",
        kind: "text",
        message: "Name of the app",
        initial: "my-app",
        validate: (value) => (value === "X" ? "lower case only" : undefined),
      },
      {
        name: "template",
        kind: "select",
        message: "Template",
        choices: [
          { value: "minimal", label: "minimal" },
          { value: "prompt", label: "prompt" },
        ],
      },
      { name: "install", kind: "confirm", message: "Install now?", initial: true },
    ],
    terminal.screen,
  );
  await terminal.waitFor("Name of the app");
  terminal.type("X");
  await terminal.waitFor("Name of the app X");
  terminal.type("\r");
  await terminal.waitFor("lower case only");
  terminal.type("\u007F");
  await terminal.waitFor("Name of the app my-app");
  terminal.type("\r");
  await terminal.waitFor("❯ minimal");
  terminal.type("\u001B[B");
  await terminal.waitFor("❯ prompt");
  terminal.type("\r");
  await terminal.waitFor("Install now?");
  terminal.type("n");
  expect(await answers).toEqual({ app: "my-app", template: "prompt", install: "false" });

  const hasty = createTerminal();
  const quick = ask(
    [
      { name: "app", kind: "text", message: "Name of the app", initial: "my-app" },
      {
        name: "template",
        kind: "select",
        message: "Template",
        choices: [
          { value: "minimal", label: "minimal" },
          { value: "prompt", label: "prompt" },
        ],
      },
    ],
    hasty.screen,
  );
  await hasty.waitFor("Name of the app");
  hasty.type("shop\r");
  await hasty.waitFor("❯ minimal");
  hasty.type("\u001B[B");
  hasty.type("\r");
  expect(await quick).toEqual({ app: "shop", template: "prompt" });
  expect(hasty.text()).toBe("✔ Name of the app shop\n✔ Template prompt");

  const left = createTerminal();
  const none = ask([{ name: "sure", kind: "confirm", message: "Sure?" }], left.screen);
  await left.waitFor("Sure?");
  left.type("\u001B");
  expect(await none).toBeUndefined();
});

test("an error says what, where and the next step", async () => {
  const terminal = createTerminal();
  const failure = new AbortError("The folder my-app is not empty.", {
    code: "FOLDER_NOT_EMPTY",
    where: "my-app",
    hint: ["Choose another name.", "Or empty it."],
  });
  await drawError(failure, terminal.screen, {});
  await terminal.waitFor("Or empty it.");
  expect(terminal.text()).toMatchInlineSnapshot(`
    "
    ✖ The folder my-app is not empty.
      at my-app

      → Choose another name.
      → Or empty it."
  `);
});
