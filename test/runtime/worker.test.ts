import { createHash, randomUUID } from "node:crypto";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { TaskEvent } from "../../src/contract/event.ts";
import {
  defineWorker,
  ModelError,
  PermanentError,
  TransientError,
  type WorkerContext,
} from "../../src/runtime/index.ts";
import { startWorkerStage, type WorkerStage } from "./harness.ts";

let stage: WorkerStage;
beforeAll(async () => {
  stage = await startWorkerStage();
});
afterAll(() => stage.close());
// What a test leaves in the queue is none of the next one's business.
afterEach(() => {
  for (const { receiptHandle } of stage.queue.receive(10)) stage.queue.delete(receiptHandle);
});

const events = (taskId: string): Promise<TaskEvent[]> => stage.parts.store.events(taskId);
const types = async (taskId: string) => (await events(taskId)).map(({ type }) => type);
const get = (taskId: string) => stage.parts.store.get(taskId);
async function expectGapless(taskId: string): Promise<void> {
  const seqs = (await events(taskId)).map(({ seq }) => seq);
  expect(seqs).toEqual(seqs.map((_, index) => index + 1));
}
const echo = defineWorker({ run: (task) => ({ said: task.prompt }) });

describe("a task that succeeds", () => {
  it("is stored with its timeline, and its message let go", async () => {
    const taskId = await stage.send({ prompt: "Hello?" });
    const worker = defineWorker({
      async run(task, ctx) {
        expect(ctx).toMatchObject({ taskId, attempt: 1, generation: 1, maxAttempts: 3, isReplay: false });
        expect(ctx.remainingTime()).toBeLessThanOrEqual(24_000);
        await ctx.progress("read", { percent: 50, data: { pages: 12 } });
        ctx.usage({ model: "gpt-4o-mini-2024-07-18", inputTokens: 1_000_000, outputTokens: 1_000_000 });
        ctx.usage({ model: "gpt-4o-mini-2024-07-18", inputTokens: 1, outputTokens: 0 });
        return { echo: task.prompt };
      },
    });
    expect(await stage.deliver(worker)).toEqual([]);
    expect(await get(taskId)).toMatchObject({ status: "completed", result: { echo: "Hello?" }, costUsd: 0.75000015 });
    expect(await types(taskId)).toEqual(["accepted", "started", "progress", "completed"]);
    expect((await events(taskId)).at(-1)).toMatchObject({
      result: { echo: "Hello?" },
      usage: [{ calls: 2, inputTokens: 1_000_001 }],
    });
    expect((await stage.parts.store.inspect(taskId))?.lease).toBeUndefined();
  });

  it("has no cost when a price is not known", async () => {
    const taskId = await stage.send({});
    await stage.deliver(
      defineWorker({ run: (_task, ctx) => ctx.usage({ model: "someone-elses", inputTokens: 1, outputTokens: 1 }) }),
    );
    const record = await get(taskId);
    expect(record?.result).toBeNull();
    expect(record?.costUsd).toBeUndefined();
    expect(record?.usage).toEqual([{ model: "someone-elses", calls: 1, inputTokens: 1, outputTokens: 1 }]);
  });

  it("says that the offline model answered", async () => {
    const taskId = await stage.send({});
    await stage.deliver(
      defineWorker({ run: (_task, ctx) => ctx.usage({ model: "offline", inputTokens: 9, outputTokens: 9 }) }),
    );
    expect(await get(taskId)).toMatchObject({ offline: true, costUsd: 0 });
  });

  it("keeps a large result in the bucket", async () => {
    const taskId = await stage.send({});
    const result = { text: "x".repeat(300 * 1024) };
    await stage.deliver(defineWorker({ run: () => result }));
    const record = await get(taskId);
    expect(record?.result).toBeUndefined();
    expect(record?.resultRef).toBe(`s3://${stage.settings.bucket}/results/${taskId}/1.json`);
    const stored = await stage.parts.objects.get({ bucket: stage.settings.bucket, key: `results/${taskId}/1.json` });
    expect(JSON.parse(Buffer.from(stored.bytes).toString())).toEqual(result);
  });

  it("keeps a result that DynamoDB cannot hold in the bucket, whole", async () => {
    let deep: unknown = "bottom";
    for (let level = 0; level < 60; level++) deep = [deep];
    const taskId = await stage.send({});
    await stage.deliver(defineWorker({ run: () => ({ deep, huge: 1e300 }) }));
    expect((await get(taskId))?.resultRef).toBeDefined();
  });

  it("is not run a second time by a duplicate delivery or a repeated submit", async () => {
    const taskId = await stage.send({});
    let runs = 0;
    const worker = defineWorker({ run: () => (runs += 1) });
    await stage.deliver(worker);
    await stage.send({ taskId });
    expect(await stage.deliver(worker)).toEqual([]);
    expect(runs).toBe(1);
    await expectGapless(taskId);
  });

  it("lets the message of a repeated submit go while the first is at work", async () => {
    const taskId = await stage.send({});
    const worker = defineWorker({
      async run(task) {
        await stage.send({ taskId: task.taskId });
        expect(await stage.deliver(echo)).toEqual([]);
        return "once";
      },
    });
    await stage.deliver(worker);
    expect(await get(taskId)).toMatchObject({ status: "completed", result: "once" });
    expect(await types(taskId)).toEqual(["accepted", "started", "completed"]);
  });
});

describe("a task that fails", () => {
  it("has three attempts, is dead-lettered by the policy, and has three again after a redrive", async () => {
    const taskId = await stage.send({});
    const attempts: number[] = [];
    const failing = defineWorker({
      run(_task, ctx) {
        attempts.push(ctx.attempt);
        throw new TypeError(`Boom at ${randomUUID()} after ${Math.random()} s`);
      },
    });
    for (let round = 0; round < 3; round++) expect(await stage.deliver(failing)).toHaveLength(1);
    expect(attempts).toEqual([1, 2, 3]);
    const dead = await get(taskId);
    expect(dead).toMatchObject({ status: "deadlettered", error: { name: "TypeError", permanent: false } });
    const failures = (await events(taskId)).filter((event) => event.type === "failed");
    expect(failures.map(({ final }) => final)).toEqual([false, false, true]);
    expect(failures[0]?.retryAt).toBeDefined();
    expect(new Set(failures.map(({ error }) => error.fingerprint)).size).toBe(1);
    expect((await events(taskId)).at(-1)).toMatchObject({ type: "deadlettered", reason: "attempts-exhausted" });

    expect(await stage.redrive()).toBe(1);
    let replay = false;
    await stage.deliver(defineWorker({ run: (_task, ctx) => void (replay = ctx.isReplay) }));
    expect(replay).toBe(true);
    expect(await get(taskId)).toMatchObject({ status: "completed", generation: 2, attempt: 1 });
    expect((await types(taskId)).slice(-3)).toEqual(["replayed", "started", "completed"]);
    await expectGapless(taskId);
  });

  it.each([
    ["a permanent error", () => new PermanentError("No text.", { code: "EMPTY" })],
    ["the model's 400", () => Object.assign(new Error("Bad request"), { status: 400 })],
    ["the model's 401 in a wrapper", () => new Error("Failed", { cause: new ModelError("No key", { status: 401 }) })],
    ["a used-up quota", () => Object.assign(new Error("Quota"), { status: 429, code: "insufficient_quota" })],
  ])("is not repeated after %s: it bounces until the policy moves it", async (_name, error) => {
    const taskId = await stage.send({});
    let runs = 0;
    const worker = defineWorker({
      run() {
        runs += 1;
        throw error();
      },
    });
    for (let round = 0; round < 3; round++) expect(await stage.deliver(worker)).toHaveLength(1);
    expect(runs).toBe(1);
    expect(await get(taskId)).toMatchObject({ status: "deadlettered", attempt: 1, error: { permanent: true } });
    expect(await types(taskId)).toEqual(["accepted", "started", "failed", "deadlettered"]);
    expect(await stage.redrive()).toBe(1);
    await stage.deliver(echo);
    expect(await get(taskId)).toMatchObject({ status: "completed", generation: 2 });
  });

  it("waits as long as the model asks", async () => {
    const taskId = await stage.send({});
    const worker = defineWorker({
      run() {
        throw Object.assign(new Error("Slow down"), { status: 429, headers: new Headers({ "retry-after": "2" }) });
      },
    });
    const before = Date.now();
    await stage.deliver(worker);
    const record = await get(taskId);
    expect(Date.parse(record?.retryAt ?? "") - before).toBeGreaterThanOrEqual(2_000);
    expect(stage.queue.receive(1)).toEqual([]);
    await stage.deliver(echo);
    expect(Date.now() - before).toBeGreaterThanOrEqual(2_000);
    expect((await get(taskId))?.status).toBe("completed");
  });

  it("keeps prompts and keys out of its error", async () => {
    const prompt = "My very private question about a merger.";
    const taskId = await stage.send({ prompt });
    await stage.deliver(
      defineWorker({
        run() {
          throw new PermanentError(`Incorrect API key provided: sk-proj-abcdefghijkl. Asked: ${prompt}`);
        },
      }),
    );
    expect((await get(taskId))?.error?.message).toBe("Incorrect API key provided: [redacted]. Asked: [redacted]");
  });

  it("has another attempt when the key that was missing is there by then, and else none", async () => {
    let calls = 0;
    const worker = defineWorker({
      run() {
        calls++;
        if (process.env["LATE_KEY"] === undefined) throw new Error("Missing credentials. Please pass an `apiKey`.");
        return "done";
      },
    });
    const lost = await stage.send({});
    await stage.deliver(worker);
    expect((await get(lost))?.error).toMatchObject({ permanent: true });
    expect(calls).toBe(1);
    stage.queue.receive(10).forEach(({ receiptHandle }) => stage.queue.delete(receiptHandle));

    const ssm = new SSMClient({ endpoint: stage.endpoint, region: "us-east-1" });
    const Name = `${stage.settings.secretsPath}/LATE_KEY`;
    await ssm.send(new PutParameterCommand({ Name, Type: "SecureString", Value: "sk-late" }));
    ssm.destroy();
    const saved = await stage.send({});
    await stage.deliver(worker);
    expect((await get(saved))?.error).toMatchObject({ permanent: false });
    await stage.deliver(worker);
    expect((await get(saved))?.status).toBe("completed");
    delete process.env["LATE_KEY"];
  });

  it("counts the tokens of all its attempts", async () => {
    const taskId = await stage.send({});
    const worker = defineWorker({
      run(_task, ctx) {
        ctx.usage({ model: "gpt-4o", inputTokens: 10, outputTokens: 1 });
        if (ctx.attempt < 3) throw new TransientError("Again.");
      },
    });
    for (let round = 0; round < 3; round++) await stage.deliver(worker);
    expect((await get(taskId))?.usage).toMatchObject([{ calls: 3, inputTokens: 30, outputTokens: 3 }]);
  });
});

describe("time", () => {
  it("ends an attempt that heeds no signal, and tries again", async () => {
    const taskId = await stage.send({});
    let aborted = false;
    const worker = defineWorker({
      async run(_task, ctx) {
        ctx.signal.addEventListener("abort", () => (aborted = true));
        await new Promise(() => undefined);
      },
    });
    expect(await stage.deliver(worker, { timeoutMs: 1_000 })).toHaveLength(1);
    expect(aborted).toBe(true);
    expect(await get(taskId)).toMatchObject({
      status: "retrying",
      error: { name: "AttemptTimeout", permanent: false },
    });
    await stage.deliver(echo);
    expect((await get(taskId))?.status).toBe("completed");
  });

  it("gives a cancelled task's run its abort, and tells the end", async () => {
    const taskId = await stage.send({});
    const worker = defineWorker({
      async run(task, ctx) {
        await stage.parts.store.cancel(task.taskId, "user-1");
        await new Promise((_, reject) => ctx.signal.addEventListener("abort", () => reject(ctx.signal.reason)));
      },
    });
    expect(await stage.deliver(worker)).toEqual([]);
    expect(await get(taskId)).toMatchObject({ status: "cancelled" });
    expect(await types(taskId)).toEqual(["accepted", "started", "cancelled"]);
    expect((await stage.parts.store.inspect(taskId))?.toldSeq).toBe(3);
  });
});

describe("bad messages", () => {
  it.each([
    ["not JSON", "{", /the body is not JSON/],
    ["no object", "[1]", /not a JSON object/],
    ["nothing in it", "{}", /taskId must be/],
  ])("are dead-lettered under a stand-in id: %s", async (_name, body, message) => {
    await stage.send(body);
    let id = "";
    for (let round = 0; round < 3; round++) id = (await stage.deliver(echo))[0]?.messageId ?? "";
    const record = await get(`message-${id}`);
    expect(record).toMatchObject({
      status: "deadlettered",
      error: { name: "PermanentError", code: "INVALID_TASK", permanent: true },
    });
    expect(record?.error?.message).toMatch(message);
  });

  it("keep their own id where it can be read", async () => {
    const taskId = randomUUID();
    await stage.send(JSON.stringify({ taskId, userId: 7, prompt: "x" }));
    for (let round = 0; round < 3; round++) await stage.deliver(echo);
    expect((await get(taskId))?.error?.message).toBe(
      "The message is not a task: userId must be a text that is not empty.",
    );
  });

  it("fail alone in a batch", async () => {
    const good = [await stage.send({}), await stage.send({})];
    const bad = randomUUID();
    await stage.send(JSON.stringify({ taskId: bad, userId: "u" }));
    const kept = await stage.deliver(echo, { max: 10 });
    expect(kept.map(({ body }) => JSON.parse(body).taskId)).toEqual([bad]);
    for (const taskId of good) expect((await get(taskId))?.status).toBe("completed");
    for (let round = 0; round < 2; round++) await stage.deliver(echo);
  });
});

describe("input", () => {
  const typed = defineWorker({
    input: z.object({ words: z.number().int().min(30).default(200) }).prefault({}),
    run: (task) => ({ words: task.input.words + 1 }),
  });

  it("is what the schema makes of it", async () => {
    const taskId = await stage.send({});
    await stage.deliver(typed);
    expect((await get(taskId))?.result).toEqual({ words: 201 });
  });

  it("fails for good when it does not fit, and says where", async () => {
    const taskId = await stage.send({ input: { words: 3 } });
    for (let round = 0; round < 3; round++) await stage.deliver(typed);
    expect((await get(taskId))?.error).toMatchObject({ code: "INVALID_INPUT", permanent: true });
    expect((await get(taskId))?.error?.message).toMatch(/input\.words: /);
  });
});

describe("documents", () => {
  const digest = defineWorker({
    async run(_task, ctx) {
      const document = await ctx.document();
      const bytes = await document?.bytes();
      return {
        name: document?.name,
        type: document?.contentType,
        hash: bytes && createHash("sha256").update(bytes).digest("hex"),
      };
    },
  });

  it("are read from the buckets that the configuration names", async () => {
    const bytes = Buffer.from([0, 1, 2, 255]);
    await stage.parts.objects.put(
      { bucket: stage.settings.bucket, key: "documents/a b.pdf" },
      bytes,
      "application/pdf",
    );
    const taskId = await stage.send({ documentReference: `s3://${stage.settings.bucket}/documents/a b.pdf` });
    await stage.deliver(digest);
    const hash = createHash("sha256").update(bytes).digest("hex");
    expect((await get(taskId))?.result).toEqual({ name: "a b.pdf", type: "application/pdf", hash });
  });

  it.each([
    ["s3://someone-elses/report.pdf", "BUCKET_NOT_ALLOWED"],
    ["https://example.com/report.pdf", "INVALID_DOCUMENT"],
    ["s3://BUCKET/missing.pdf", "DOCUMENT_NOT_FOUND"],
  ])("fail for good: %s", async (reference, code) => {
    const taskId = await stage.send({ documentReference: reference.replace("BUCKET", stage.settings.bucket) });
    for (let round = 0; round < 3; round++) await stage.deliver(digest);
    expect((await get(taskId))?.error).toMatchObject({ code, permanent: true });
  });
});

it("does nothing for a context that is used after its run", async () => {
  const taskId = await stage.send({});
  let late: WorkerContext | undefined;
  await stage.deliver(defineWorker({ run: (_task, ctx) => void (late = ctx) }));
  await late?.progress("too late");
  late?.token("too late");
  expect(await types(taskId)).toEqual(["accepted", "started", "completed"]);
});
