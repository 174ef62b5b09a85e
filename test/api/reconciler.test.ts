import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock, type Clock } from "../../src/contract/clock.ts";
import { taskKey } from "../../src/contract/table.ts";
import type { Task } from "../../src/contract/task.ts";
import { createApiParts } from "../../src/runtime/api/create-parts.ts";
import { reconcile } from "../../src/runtime/api/reconciler.ts";
import { createDynamo } from "../../src/runtime/aws/dynamo.ts";
import { createQueue } from "../../src/runtime/aws/queue.ts";
import { createLogger } from "../../src/runtime/log/logger.ts";
import { createTaskStore, type TaskStore } from "../../src/runtime/store/index.ts";
import { startStage, type TestStage } from "./harness.ts";

let stage: TestStage;
let dynamo: ReturnType<typeof createDynamo>;
let skew = 0;
const clock: Clock = { ...systemClock, now: () => Date.now() + skew };
let store: TaskStore;

beforeAll(async () => {
  stage = await startStage();
  dynamo = createDynamo();
  store = createTaskStore({ dynamo, settings: stage.settings, clock });
});
afterAll(() => stage.close());

const HOUR = 3_600_000;

/** Does something as if so long ago. */
async function ago<T>(ms: number, act: () => Promise<T>): Promise<T> {
  skew = -ms;
  try {
    return await act();
  } finally {
    skew = 0;
  }
}
const aTask = (): Task => ({ taskId: randomUUID(), userId: "u", prompt: "p" });
const claim = (task: Task, receiveCount: number) =>
  store.claim({
    task,
    messageId: "m",
    receiveCount,
    sentAt: clock.now(),
    requestId: randomUUID(),
    leaseUntil: clock.now() + 1_000,
  });
const types = async (taskId: string) => (await store.events(taskId)).map((event) => event.type);
/** Takes what lies in the queue. */
function drain(): string[] {
  const messages = stage.queue?.receive(10) ?? [];
  for (const { receiptHandle } of messages) stage.queue?.delete(receiptHandle);
  return messages.map(({ body }) => body);
}

test("a task that was accepted and never sent is sent", async () => {
  const task = aTask();
  await ago(HOUR, () => store.accept(task));
  await expect(stage.invoke("reconciler", {})).resolves.toMatchObject({ sent: 1, deadlettered: 0, failed: 0 });
  expect(drain()).toEqual([JSON.stringify(task)]);
  expect((await store.get(task.taskId))?.queuedAt).toBeDefined();
  await store.remove(task.taskId);
});

test("a task whose last attempt died without a word is dead-lettered, and its followers are told", async () => {
  const task = aTask();
  await ago(HOUR, async () => {
    await store.accept(task);
    await store.markQueued(task.taskId);
    for (const count of [1, 2, 3]) {
      await claim(task, count);
      skew += 5_000;
    }
  });
  const seen: string[] = [];
  let report: unknown;
  for await (const event of stage.client().follow(task.taskId, { after: 4 })) {
    seen.push(event.type);
    if (event.type === "connection") report = await stage.invoke("reconciler", {});
  }
  expect(report).toMatchObject({ deadlettered: 1, failed: 0 });
  expect(seen.at(-1)).toBe("deadlettered");
  expect(await store.get(task.taskId)).toMatchObject({ status: "deadlettered" });
  await expect(stage.invoke("reconciler", {})).resolves.toMatchObject({ deadlettered: 0, told: 0 });
});

test("a task that never ran and whose message is gone is dead-lettered as such", async () => {
  const task = aTask();
  await ago(HOUR, async () => {
    await store.accept(task);
    await store.markQueued(task.taskId);
  });
  await stage.invoke("reconciler", {});
  expect((await store.events(task.taskId)).at(-1)).toMatchObject({ type: "deadlettered", reason: "never-ran" });
});

test("what waits, runs or is well is left alone", async () => {
  const [waiting, running, fresh] = [aTask(), aTask(), aTask()];
  await ago(HOUR, async () => {
    await store.accept(waiting);
    await store.markQueued(waiting.taskId);
  });
  // Another message in the queue: it may be that one's.
  const client = stage.client();
  const { taskId } = await client.submit({ prompt: "in the queue" });
  await store.accept(running);
  await store.claim({
    task: running,
    messageId: "m2",
    receiveCount: 3,
    sentAt: Date.now(),
    requestId: "r",
    leaseUntil: Date.now() + 60_000,
  });
  await store.accept(fresh);
  await expect(stage.invoke("reconciler", {})).resolves.toMatchObject({ sent: 0, deadlettered: 0, told: 0, failed: 0 });
  for (const { taskId: id } of [waiting, fresh, { taskId }]) expect(await types(id)).toEqual(["accepted"]);
  expect(await types(running.taskId)).toEqual(["accepted", "started"]);
  drain();
});

test("an end that nobody was told of is told", async () => {
  const task = aTask();
  await ago(HOUR, async () => {
    await store.accept(task);
    await store.cancel(task.taskId, "service");
  });
  await expect(stage.invoke("reconciler", {})).resolves.toMatchObject({ told: 1 });
  expect(await dynamo.get(stage.settings.tasksTable, taskKey(task.taskId))).toMatchObject({ seq: 2, toldSeq: 2 });
});

test("a run that finds nothing to do is silent; one that mends tells what", async () => {
  const lines: string[] = [];
  const parts = { ...createApiParts(), log: createLogger({ write: (line) => lines.push(line) }) };
  const waiting = aTask();
  await store.accept(waiting);
  await store.markQueued(waiting.taskId);
  expect(await reconcile(parts, () => Infinity)).toMatchObject({ sent: 0, deadlettered: 0, told: 0, failed: 0 });
  expect(lines).toEqual([]);
  const forgotten = aTask();
  await ago(HOUR, () => store.accept(forgotten));
  await reconcile(parts, () => Infinity);
  expect(lines.map((line) => JSON.parse(line).message)).toEqual(["Mended a task.", "Reconciled."]);
  drain();
});

describe("what lies in the dead-letter queue without its task's knowledge", () => {
  const dead = () => stage.sqs.stats("shop-local-tasks-dlq");
  /** Receives a message as often as it may be, as for a function that cannot be started, and once more, which moves it. */
  const wear = (messages: number) => {
    for (let receive = 1; receive <= 4; receive += 1) {
      const received = stage.queue?.receive(messages, 0) ?? [];
      expect(received).toHaveLength(receive === 4 ? 0 : messages);
    }
  };
  const send = (task: Task) => createQueue().send(stage.settings.queueUrl, JSON.stringify(task));
  const accepted = async (task: Task) => {
    await store.accept(task);
    await store.markQueued(task.taskId);
  };
  const bystander = async () => {
    const { taskId } = await stage.client().submit({ prompt: "keeps the queue from being empty" });
    return taskId;
  };

  test("is looked at and given back: who never ran is dead, who waits is not", async () => {
    const [dying, waiting] = [aTask(), aTask()];
    await ago(HOUR, () => Promise.all([accepted(dying), accepted(waiting)]));
    await send(dying);
    wear(1);
    await bystander();
    await expect(stage.invoke("reconciler", {})).resolves.toMatchObject({ deadlettered: 1, failed: 0 });
    expect((await store.events(dying.taskId)).at(-1)).toMatchObject({ type: "deadlettered", reason: "never-ran" });
    expect(await types(waiting.taskId)).toEqual(["accepted"]);
    expect(dead()).toMatchObject({ visible: 1, inFlight: 0 });
    drain();
    await Promise.all([store.remove(waiting.taskId), store.remove(dying.taskId)]);
  });

  test("is not looked at while no task can have got there, nor again while it holds as much", async () => {
    const receives = () => stage.sqs.received("shop-local-tasks-dlq").length;
    const before = receives();
    const young = aTask();
    await accepted(young);
    await send(young);
    await stage.invoke("reconciler", {});
    expect(receives()).toBe(before);
    drain();
    await store.remove(young.taskId);
  });

  test("a task that was redriven and died again before an attempt began is dead a second time", async () => {
    const task = aTask();
    await ago(HOUR, () => accepted(task));
    const first = { taskId: task.taskId, messageId: "first", sentAt: Date.now() - HOUR, over: true };
    await stage.invoke("reconciler", { dead: [first] });
    await stage.invoke("reconciler", { dead: [first] });
    expect(await types(task.taskId)).toEqual(["accepted", "deadlettered"]);
    const second = { taskId: task.taskId, messageId: "second", sentAt: Date.now() + 1_000, over: true };
    await expect(stage.invoke("reconciler", { dead: [second] })).resolves.toMatchObject({ deadlettered: 1 });
    await expect(stage.invoke("reconciler", { dead: [second] })).resolves.toMatchObject({ deadlettered: 0 });
    expect((await store.events(task.taskId)).slice(2)).toMatchObject([
      { type: "replayed", kind: "redrive", generation: 2, attempt: 0 },
      { type: "deadlettered", reason: "never-ran", generation: 2, attempt: 0 },
    ]);
  });

  test("a message of an earlier life, of a task at work, or of no task changes nothing", async () => {
    const task = aTask();
    await accepted(task);
    const running = { task, messageId: "now", receiveCount: 3, sentAt: Date.now(), requestId: "r" };
    await store.claim({ ...running, leaseUntil: Date.now() + 60_000 });
    const sentAt = Date.now() - HOUR;
    const letters = ["now", "earlier"].map((messageId) => ({ taskId: task.taskId, messageId, sentAt }));
    const report = await stage.invoke("reconciler", {
      dead: [...letters, { ...letters[0], taskId: "unknown-task" }, {}],
    });
    expect(report).toMatchObject({ deadlettered: 0, failed: 0 });
    expect(await types(task.taskId)).toEqual(["accepted", "started"]);
    // Whoever moved it knows that nobody is at work on it.
    await stage.invoke("reconciler", { dead: [{ ...letters[0], over: true }] });
    expect(await types(task.taskId)).toEqual(["accepted", "started", "failed", "deadlettered"]);
  });
});
