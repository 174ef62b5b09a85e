import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../../src/contract/clock.ts";
import type { Task } from "../../../src/contract/task.ts";
import type { SourceMessage } from "../../../src/local/interfaces.ts";
import { createApiParts } from "../../../src/runtime/api/create-parts.ts";
import { reconcile } from "../../../src/runtime/api/reconciler.ts";
import { isSettled } from "../../../src/runtime/store/index.ts";
import { startReceiver, startWorkerStage, type WorkerStage } from "../harness.ts";

/*
 * For each place where the runtime waits for the network, a SIGKILL there leaves one result, one logical webhook, a
 * gapless timeline and a terminal state.
 */

/** Of one invocation. Also the longest a killed one's lease holds up the next. */
const TIMEOUT_MS = 4_000;
/** Tasks under test at a time. */
const LANES = 8;
/** No run has more points than this; the test fails rather than search for ever. */
const MOST_POINTS = 80;

let stage: WorkerStage;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
const folder = mkdtempSync(join(tmpdir(), "ai-pipeline-sigkill-"));
const bundle = join(folder, "worker.mjs");
const killSwitch = join(folder, "kill-switch.mjs");

beforeAll(async () => {
  stage = await startWorkerStage();
  receiver = await startReceiver([200]);
  await build({
    entryPoints: ["worker", "kill-switch"].map((name) => join(import.meta.dirname, `${name}.ts`)),
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    platform: "node",
    minify: true,
    mainFields: ["module", "main"],
    banner: { js: 'import{createRequire as __r}from"node:module";const require=__r(import.meta.url);' },
  });
  await stage.parts.objects.put(
    { bucket: stage.settings.bucket, key: "documents/report.txt" },
    "The report.",
    "text/plain",
  );
}, 60_000);
afterAll(async () => {
  await receiver.close();
  await stage.close();
  rmSync(folder, { recursive: true, force: true });
});

/** One invocation in a process of its own. @returns whether the message is done; undefined when it was killed. */
function invoke(message: SourceMessage, killFile: string): Promise<boolean | undefined> {
  const { ApproximateReceiveCount, SentTimestamp } = message.attributes;
  const record = {
    messageId: message.messageId,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: { ApproximateReceiveCount, SentTimestamp },
  };
  const child = spawn(process.execPath, ["--import", killSwitch, bundle], {
    env: {
      ...process.env,
      NODE_OPTIONS: "",
      NODE_COMPILE_CACHE: join(folder, "compiled"),
      KILL_SWITCH: killFile,
      WORKER_RECORD: JSON.stringify(record),
      WORKER_REQUEST_ID: randomUUID(),
      WORKER_TIMEOUT_MS: String(TIMEOUT_MS),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let errors = "";
  child.stdout.on("data", (chunk) => (out += String(chunk)));
  child.stderr.on("data", (chunk) => (errors += String(chunk)));
  return new Promise((resolve, reject) => {
    child.on("close", (code, signal) => {
      if (signal === "SIGKILL") return resolve(undefined);
      if (code !== 0) return reject(new Error(`The worker exited with ${code}: ${errors}`));
      const { batchItemFailures } = JSON.parse(out.slice(out.lastIndexOf("\n") + 1));
      resolve(batchItemFailures.length === 0);
    });
  });
}

/** Time passes for a message whose invocation is dead: its lease ends, and then its visibility. */
async function passTime(taskId: string, message: SourceMessage): Promise<void> {
  const record = await stage.parts.store.inspect(taskId);
  const wait = (record?.lease?.until ?? 0) - Date.now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait + 5));
  try {
    stage.queue.changeVisibility(message.receiptHandle, 0);
  } catch (error) {
    // The worker made it visible itself before it died.
    if (!(error instanceof Error) || !/isn't in flight/.test(error.message)) throw error;
  }
}

/** Hands messages to whoever waits for their task: a queue delivers them in an order of its own. */
function createDispatcher() {
  const waiting = new Map<string, (message: SourceMessage) => void>();
  const early = new Map<string, SourceMessage>();
  const timer = setInterval(() => {
    for (const message of stage.queue.receive(10)) {
      const taskId = String(JSON.parse(message.body).taskId);
      const take = waiting.get(taskId);
      waiting.delete(taskId);
      if (take) take(message);
      else early.set(taskId, message);
    }
  }, 5);
  return {
    next(taskId: string): Promise<SourceMessage> {
      const message = early.get(taskId);
      early.delete(taskId);
      return message ? Promise.resolve(message) : new Promise((resolve) => waiting.set(taskId, resolve));
    },
    stop: () => clearInterval(timer),
  };
}

/** Sends a task and delivers it until it is done or dead, with a kill at point `at` of its first `lives` invocations. */
async function drive(dispatcher: ReturnType<typeof createDispatcher>, at: number, lives: number, prompt: string) {
  const task: Task = {
    taskId: randomUUID(),
    userId: "user-1",
    prompt,
    callbackUrl: receiver.url,
    documentReference: `s3://${stage.settings.bucket}/documents/report.txt`,
  };
  const killFile = join(folder, task.taskId);
  writeFileSync(killFile, `${at} ${lives}`);
  await stage.parts.store.accept(task);
  const followed = (async () => {
    const seqs: number[] = [];
    for await (const event of stage.client().follow(task.taskId)) if ("seq" in event) seqs.push(event.seq);
    return seqs;
  })();
  await stage.send(task);
  for (let receive = 1; receive <= stage.settings.maxAttempts; receive++) {
    const message = await dispatcher.next(task.taskId);
    const done = await invoke(message, killFile);
    if (done === undefined) await passTime(task.taskId, message);
    if (done) stage.queue.delete(message.receiptHandle);
    const record = await stage.parts.store.inspect(task.taskId);
    // What is left of a dead-lettered task's receives only bounces.
    if (done || (done === false && record && isSettled(record))) break;
  }
  return { taskId: task.taskId, killed: lives - Number(readFileSync(killFile, "utf8").split(" ")[1]), followed };
}

async function expectOneEnd(taskId: string, status: string, at: number): Promise<void> {
  const record = await stage.parts.store.inspect(taskId);
  const context = `killed at point ${at}: ${JSON.stringify({ ...record, result: undefined })}`;
  expect(record?.status, context).toBe(status);
  expect(record && isSettled(record), context).toBe(true);
  const events = await stage.parts.store.events(taskId);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(events.filter(({ type }) => type === status)).toHaveLength(1);
  expect(events.at(-1)?.type).toBe(status);
  expect(record?.webhook?.status, context).toBe("delivered");
  const calls = receiver.calls.filter(({ body }) => body.includes(taskId));
  expect(new Set(calls.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  expect(new Set(calls.map(({ body }) => body)).size).toBe(1);
}

/** Runs `check` for a kill at point 1, 2, 3 ... until a run is not killed any more. @returns how many points there were. */
async function atEveryPoint(
  check: (dispatcher: ReturnType<typeof createDispatcher>, at: number) => Promise<boolean>,
): Promise<number> {
  const dispatcher = createDispatcher();
  let next = 1;
  let last = MOST_POINTS;
  const lane = async () => {
    for (let at = next++; at < last; at = next++) if (!(await check(dispatcher, at))) last = Math.min(last, at);
  };
  try {
    await Promise.all(Array.from({ length: LANES }, lane));
  } finally {
    dispatcher.stop();
  }
  return last - 1;
}

describe("a SIGKILL at each await", { timeout: 180_000 }, () => {
  it("of a task that completes", async () => {
    const points = await atEveryPoint(async (dispatcher, at) => {
      const { taskId, killed, followed } = await drive(dispatcher, at, 1, "succeed");
      await expectOneEnd(taskId, "completed", at);
      const record = await stage.parts.store.get(taskId);
      const stored = await stage.parts.objects.get({ bucket: stage.settings.bucket, key: `results/${taskId}/1.json` });
      expect(record?.resultRef).toBe(`s3://${stage.settings.bucket}/results/${taskId}/1.json`);
      expect(JSON.parse(Buffer.from(stored.bytes).toString()).text).toMatch(/^word 0 .* word 39 $/);
      expect(await followed).toEqual(Array.from({ length: record?.seq ?? 0 }, (_, index) => index + 1));
      return killed === 1;
    });
    // Claim, visibility, secrets, document, progress, result, completion, followers, webhook and marks, before and after each.
    expect(points).toBeGreaterThan(20);
    expect(points).toBeLessThan(MOST_POINTS - 1);
  });

  it("of a task that fails for good", async () => {
    const points = await atEveryPoint(async (dispatcher, at) => {
      const { taskId, killed } = await drive(dispatcher, at, 1, "fail");
      await expectOneEnd(taskId, "deadlettered", at);
      return killed === 1;
    });
    expect(points).toBeGreaterThan(10);
    expect(points).toBeLessThan(MOST_POINTS - 1);
  });

  it.each([6, 24])("of all three attempts of a task (point %i), which the reconciler then ends", async (at) => {
    const dispatcher = createDispatcher();
    const { taskId, killed } = await drive(dispatcher, at, 3, "succeed");
    dispatcher.stop();
    expect(killed).toBe(3);
    // The policy moves the message when it is asked for once more.
    stage.queue.receive(10);
    // Its run some time later, past what it allows for clocks that differ.
    const later = { ...systemClock, now: () => Date.now() + 60_000 };
    const report = await reconcile({ ...createApiParts(), clock: later }, () => 60_000);
    expect(report).toMatchObject({ deadlettered: 1, failed: 0 });
    await expectOneEnd(taskId, "deadlettered", at);
    expect((await stage.parts.store.events(taskId)).filter(({ type }) => type === "started")).toHaveLength(3);
  });
});
