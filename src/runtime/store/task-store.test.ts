import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { randomUUID } from "node:crypto";
import type { Clock } from "../../contract/clock.ts";
import { systemClock } from "../../contract/clock.ts";
import type { Task } from "../../contract/task.ts";
import { TIME_INDEX } from "../../contract/table.ts";
import { start, type Started } from "../../local/dynamodb/test/harness.ts";
import { createDynamo } from "../aws/dynamo.ts";
import { createTaskStore, type AttemptRef, type ClaimDecision, type TaskStore } from "./index.ts";

let local: Started;
let store: TaskStore;
let skew = 0;
const clock: Clock = { ...systemClock, now: () => Date.now() + skew };

beforeAll(async () => {
  local = await start();
  local.service.ensureTable({
    name: "tasks",
    partitionKey: "pk",
    sortKey: "sk",
    ttlAttribute: "ttl",
    indexes: [{ name: TIME_INDEX, partitionKey: "gpk", sortKey: "gsk" }],
  });
  store = createTaskStore({
    dynamo: createDynamo(local.client),
    settings: { tasksTable: "tasks", ttlDays: 14, maxAttempts: 3, timeScale: 1 },
    clock,
  });
});
afterAll(() => local.close());

const aTask = (more: Partial<Task> = {}): Task => ({
  taskId: randomUUID(),
  userId: "user-1",
  prompt: "Say hello.",
  ...more,
});
const claimOf = (task: Task, more: Partial<Parameters<TaskStore["claim"]>[0]> = {}) =>
  store.claim({
    task,
    messageId: "m1",
    receiveCount: 1,
    sentAt: clock.now(),
    requestId: randomUUID(),
    leaseUntil: clock.now() + 60_000,
    ...more,
  });
function running(claim: ClaimDecision): AttemptRef {
  if (claim.outcome !== "run") throw new Error(`The claim was ${claim.outcome}.`);
  const { record } = claim.transition;
  return { taskId: record.task.taskId, generation: record.generation, attempt: record.attempt, fence: record.fence };
}
const error = {
  name: "RateLimitError",
  message: "Slow down.",
  status: 429,
  fingerprint: "000000000000",
  permanent: false,
};
const types = async (taskId: string) => (await store.events(taskId)).map((event) => event.type);
const seqs = async (taskId: string) => (await store.events(taskId)).map((event) => event.seq);

describe("accept", () => {
  it("takes the same task once and refuses another under its id", async () => {
    const task = aTask({ input: { b: 1, a: [true, null, 1e-7] } });
    expect((await store.accept(task)).outcome).toBe("accepted");
    expect((await store.accept({ ...task, input: { a: [true, null, 1e-7], b: 1 } })).outcome).toBe("duplicate");
    expect((await store.accept({ ...task, prompt: "Other." })).outcome).toBe("conflict");
    expect((await store.accept({ ...task, userId: "user-2" })).outcome).toBe("conflict");
    expect(await types(task.taskId)).toEqual(["accepted"]);
    await store.markQueued(task.taskId);
    expect((await store.get(task.taskId))?.queuedAt).toBeDefined();
    expect((await store.get(task.taskId))?.task).toEqual(task);
  });

  it("lets exactly one of many win", async () => {
    const task = aTask();
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => store.accept(task)));
    expect(outcomes.filter(({ outcome }) => outcome === "accepted")).toHaveLength(1);
    expect(outcomes.filter(({ outcome }) => outcome === "duplicate")).toHaveLength(7);
  });
});

describe("claim", () => {
  it("runs a message without a record, and writes the record", async () => {
    const task = aTask();
    const ref = running(await claimOf(task));
    expect(ref).toMatchObject({ generation: 1, attempt: 1 });
    await store.complete(ref, { result: { answer: 42 }, usage: [], durationMs: 5 });
    expect(await types(task.taskId)).toEqual(["accepted", "started", "completed"]);
    expect((await store.events(task.taskId)).at(-1)).toMatchObject({ result: { answer: 42 } });
  });

  it("gives the lease to one of many deliveries", async () => {
    const task = aTask();
    const claims = await Promise.all(Array.from({ length: 6 }, () => claimOf(task)));
    expect(claims.map(({ outcome }) => outcome).toSorted()).toEqual(["busy", "busy", "busy", "busy", "busy", "run"]);
  });

  it("takes another message of a task at work for a duplicate", async () => {
    const task = aTask();
    running(await claimOf(task));
    expect((await claimOf(task, { messageId: "m2" })).outcome).toBe("duplicate");
  });

  it("takes over an expired lease, says that the attempt was lost, and fences it off", async () => {
    const task = aTask();
    const slow = running(await claimOf(task, { leaseUntil: clock.now() - 1 }));
    const next = running(await claimOf(task, { receiveCount: 2 }));
    expect(next.attempt).toBe(2);
    expect((await store.complete(slow, { result: "late", usage: [], durationMs: 1 })).outcome).toBe("lost");
    expect((await store.complete(next, { result: "good", usage: [], durationMs: 1 })).outcome).toBe("written");
    expect((await store.get(task.taskId))?.result).toBe("good");
    const events = await store.events(task.taskId);
    expect(events.map(({ type }) => type)).toEqual(["accepted", "started", "failed", "started", "completed"]);
    expect(events[2]).toMatchObject({ final: false, attempt: 1, error: { name: "AttemptLost" } });
    expect((await claimOf(task, { receiveCount: 3 })).outcome).toBe("busy");
    await store.settle(task.taskId, { seq: 5, release: true });
    expect((await claimOf(task, { receiveCount: 3 })).outcome).toBe("ended");
  });

  it("dead-letters after the last attempt, bounces, and opens a generation for a redrive", async () => {
    const task = aTask({ callbackUrl: "https://example.com/hook" });
    for (const receiveCount of [1, 2]) {
      const ref = running(await claimOf(task, { receiveCount }));
      await store.fail(ref, { error, usage: [], durationMs: 1, retryAt: new Date(clock.now()).toISOString() });
    }
    const last = running(await claimOf(task, { receiveCount: 3 }));
    await store.fail(last, { error, usage: [], durationMs: 1 });
    const dead = await store.get(task.taskId);
    expect(dead).toMatchObject({ status: "deadlettered", attempt: 3, webhook: { status: "pending", tries: 0 } });
    await store.settle(task.taskId, { seq: dead?.seq ?? 0, release: true });
    expect((await claimOf(task, { receiveCount: 4 })).outcome).toBe("bounce");

    const claim = await claimOf(task, { messageId: "m2" });
    expect(claim).toMatchObject({ isReplay: true });
    const again = running(claim);
    expect(again).toMatchObject({ generation: 2, attempt: 1 });
    await store.complete(again, { result: 1, usage: [], durationMs: 1 });
    const record = await store.get(task.taskId);
    expect(record).toMatchObject({ status: "completed", generation: 2 });
    expect(record?.error).toBeUndefined();
    expect(record?.webhook?.id).not.toBe(dead?.webhook?.id);
    expect(await types(task.taskId)).toEqual([
      "accepted",
      "started",
      "failed",
      "started",
      "failed",
      "started",
      "failed",
      "deadlettered",
      "replayed",
      "started",
      "completed",
    ]);
    expect(await seqs(task.taskId)).toEqual(Array.from({ length: 11 }, (_, index) => index + 1));
  });

  it("tells the death of a task whose last attempt never ended when its message is redriven", async () => {
    const task = aTask();
    for (const receiveCount of [1, 2, 3]) running(await claimOf(task, { receiveCount, leaseUntil: clock.now() - 1 }));
    const again = running(await claimOf(task, { messageId: "m2" }));
    expect(again).toMatchObject({ generation: 2, attempt: 1 });
    expect((await types(task.taskId)).slice(-4)).toEqual(["failed", "deadlettered", "replayed", "started"]);
  });

  it("opens a generation also for a task that was redriven with attempts left, before anybody declared it dead", async () => {
    const task = aTask();
    const attempt = (messageId: string, receiveCount: number) =>
      claimOf(task, { messageId, receiveCount, leaseUntil: clock.now() + 1_000 });
    try {
      expect(running(await attempt("m1", 1))).toMatchObject({ generation: 1, attempt: 1 });
      // Two receives for which the function could not be started brought it to the dead-letter queue.
      skew += 60_000;
      for (const count of [1, 2, 3]) {
        expect(running(await attempt("m2", count))).toMatchObject({ generation: 2, attempt: count });
        skew += 60_000;
      }
    } finally {
      skew = 0;
    }
    expect((await types(task.taskId)).slice(0, 6)).toEqual([
      "accepted",
      "started",
      "failed",
      "deadlettered",
      "replayed",
      "started",
    ]);
  });

  it("goes on in the same life by the message of a submit that was repeated", async () => {
    const task = aTask();
    await store.accept(task);
    const first = { messageId: "m1", leaseUntil: clock.now() + 1_000 };
    expect(running(await claimOf(task, first))).toMatchObject({ generation: 1, attempt: 1 });
    expect((await store.get(task.taskId))?.queuedAt).toBeDefined();
    try {
      skew += 60_000;
      const second = await claimOf(task, { messageId: "m2", sentAt: clock.now() - 55_000 });
      expect(running(second)).toMatchObject({ generation: 1, attempt: 2 });
    } finally {
      skew = 0;
    }
  });

  it("bounces a message that comes once too often", async () => {
    const task = aTask();
    for (const receiveCount of [1, 2, 3]) running(await claimOf(task, { receiveCount, leaseUntil: clock.now() - 1 }));
    expect((await claimOf(task, { receiveCount: 4 })).outcome).toBe("bounce");
    expect((await types(task.taskId)).slice(-2)).toEqual(["failed", "deadlettered"]);
  });

  it("counts receives that never reached the worker", async () => {
    const task = aTask();
    expect(running(await claimOf(task, { receiveCount: 3 })).attempt).toBe(3);
  });

  it("runs a completed task again when a replay was asked for", async () => {
    const task = aTask();
    await store.complete(running(await claimOf(task)), { result: 1, usage: [], durationMs: 1 });
    await store.settle(task.taskId, { seq: 3, release: true });
    await store.markReplay(task.taskId, "replay");
    expect(running(await claimOf(task, { messageId: "m2" })).generation).toBe(2);
    const replayed = (await store.events(task.taskId)).find(({ type }) => type === "replayed");
    expect(replayed).toMatchObject({ kind: "replay" });
    expect((await store.get(task.taskId))?.result).toBeUndefined();
  });
});

describe("cancel", () => {
  it("takes a running task from its attempt", async () => {
    const task = aTask();
    const ref = running(await claimOf(task));
    expect((await store.cancel(task.taskId, "user-1")).outcome).toBe("cancelled");
    expect((await store.progress(ref, { message: "half" })).outcome).toBe("lost");
    expect((await store.fail(ref, { error, usage: [], durationMs: 1 })).outcome).toBe("lost");
    expect((await store.cancel(task.taskId, "user-1")).outcome).toBe("ended");
    expect(await types(task.taskId)).toEqual(["accepted", "started", "cancelled"]);
  });

  it("knows no task that was never accepted", async () => {
    expect((await store.cancel(randomUUID(), "x")).outcome).toBe("missing");
  });
});

it("numbers events without gaps whoever writes", async () => {
  const task = aTask();
  await store.accept(task);
  const ref = running(await claimOf(task));
  await Promise.all([
    ...Array.from({ length: 6 }, (_, index) => store.progress(ref, { message: `step ${index}`, percent: index })),
    store.markQueued(task.taskId),
    store.settle(task.taskId, { seq: 2 }),
  ]);
  expect(await seqs(task.taskId)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(await store.events(task.taskId, 6)).toHaveLength(2);
  expect((await store.get(task.taskId))?.seq).toBe(8);
});

it("counts at most three tries of a webhook", async () => {
  const task = aTask({ callbackUrl: "https://example.com/hook" });
  await store.complete(running(await claimOf(task)), { result: 1, usage: [], durationMs: 1 });
  const id = (await store.get(task.taskId))?.webhook?.id ?? "";
  const tries = await Promise.all(Array.from({ length: 5 }, () => store.beginWebhookTry(task.taskId, id)));
  expect(tries.toSorted((a, b) => (a ?? 9) - (b ?? 9))).toEqual([1, 2, 3, undefined, undefined]);
  expect(await store.beginWebhookTry(task.taskId, "msg_other")).toBeUndefined();
});

it("keeps a newer attempt's text", async () => {
  const { taskId } = aTask();
  await store.putText(taskId, { generation: 1, attempt: 2, text: "new" });
  await store.putText(taskId, { generation: 1, attempt: 1, text: "old" });
  expect(await store.text(taskId)).toEqual({ generation: 1, attempt: 2, text: "new" });
  await store.putText(taskId, { generation: 2, attempt: 1, text: "newer" });
  expect((await store.text(taskId))?.text).toBe("newer");
});

it("lists newest first over days and shards, page by page, filtered", async () => {
  const owner = randomUUID();
  const made: string[] = [];
  // The first is from before a month without any; the last is dated tomorrow, by a clock ahead of ours.
  for (const days of [-30, -1, -1, -1, 0, 0, 0, 1]) {
    skew = days * 86_400_000 + made.length;
    const task = aTask({ userId: owner, prompt: "x".repeat(200) });
    await store.accept(task);
    made.push(task.taskId);
  }
  skew = 0;
  const pages: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.list({ limit: 3, userId: owner, ...(cursor ? { cursor } : {}) });
    expect(page.tasks.length).toBeLessThanOrEqual(3);
    pages.push(...page.tasks.map(({ taskId }) => taskId));
    cursor = page.cursor;
  } while (cursor);
  expect(pages).toHaveLength(made.length);
  expect(new Set(pages)).toEqual(new Set(made));
  expect(pages.at(-1)).toBe(made[0]);
  const [first] = (await store.list({ limit: 1, userId: owner })).tasks;
  expect(first?.prompt).toHaveLength(120);
  const cancelled = made[5] ?? "";
  await store.cancel(cancelled, "test");
  const filtered = await store.list({ limit: 9, userId: owner, status: "cancelled" });
  expect(filtered.tasks.map(({ taskId }) => taskId)).toEqual([cancelled]);
  await expect(store.list({ limit: 1, cursor: "nonsense" })).rejects.toThrow(RangeError);
});

it("removes everything of a task", async () => {
  const task = aTask();
  const ref = running(await claimOf(task));
  await store.putText(task.taskId, { generation: 1, attempt: 1, text: "t" });
  for (let step = 0; step < 30; step++) await store.progress(ref, { message: String(step) });
  await store.remove(task.taskId);
  expect(await store.get(task.taskId)).toBeUndefined();
  expect(await store.events(task.taskId)).toEqual([]);
  expect(await store.text(task.taskId)).toBeUndefined();
});
