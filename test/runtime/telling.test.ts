import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Webhook } from "standardwebhooks";
import type { FollowEvent } from "../../src/contract/ports.ts";
import { WEBHOOK_SECRET } from "../../src/contract/resources.ts";
import { defineWorker, PermanentError } from "../../src/runtime/index.ts";
import { startReceiver, startWorkerStage, type WorkerStage } from "./harness.ts";

let stage: WorkerStage;
beforeAll(async () => {
  stage = await startWorkerStage();
});
afterAll(() => stage.close());
afterEach(() => {
  for (const { receiptHandle } of stage.queue.receive(10)) stage.queue.delete(receiptHandle);
});

/** Follows a task by the real client over the real gateway, until its end. */
function follow(taskId: string) {
  const seen: FollowEvent[] = [];
  const connected = Promise.withResolvers<void>();
  const ended = (async () => {
    for await (const event of stage.client().follow(taskId)) {
      seen.push(event);
      if (event.type === "connection" && event.state === "connected") connected.resolve();
    }
    return seen;
  })();
  return { seen, connected: connected.promise, ended };
}
const textOf = (events: FollowEvent[]) =>
  events.flatMap((event) => (event.type === "token" ? [event.delta] : [])).join("");

describe("followers", () => {
  it("see every token once and in order, from the beginning, whenever they come", async () => {
    const taskId = await stage.send({});
    await stage.parts.store.accept({ taskId, userId: "user-1", prompt: "Say hello." });
    const early = follow(taskId);
    await early.connected;
    const gate = Promise.withResolvers<void>();
    const words = Array.from({ length: 300 }, (_, index) => `wörd-${index} 🎉 `);
    let late: ReturnType<typeof follow> | undefined;
    const worker = defineWorker({
      async run(_task, ctx) {
        return ctx.stream(
          (async function* () {
            for (const [index, word] of words.entries()) {
              if (index === 100) {
                late = follow(taskId);
                await late.connected;
                gate.resolve();
              }
              if (index % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
              yield word;
            }
            // Long enough that the worker finds the late follower by itself.
            await expect.poll(() => textOf(late?.seen ?? []).length, { timeout: 8_000 }).toBe(words.join("").length);
          })(),
        );
      },
    });
    await stage.deliver(worker);
    await gate.promise;
    const seen = await early.ended;
    expect(textOf(seen)).toBe(words.join(""));
    expect(seen.filter((event) => "seq" in event).map((event) => "seq" in event && event.seq)).toEqual([1, 2, 3]);
    expect(textOf((await late?.ended) ?? [])).toBe(words.join(""));
    // Many small deltas went together: that is what keeps a call in flight from holding up the next.
    expect(seen.filter(({ type }) => type === "token").length).toBeLessThan(words.length);
    expect(seen.at(-1)).toMatchObject({ type: "completed", result: words.join("") });
  });

  it("get a large result by reference, which the client fetches", async () => {
    const taskId = await stage.send({});
    await stage.parts.store.accept({ taskId, userId: "user-1", prompt: "Say hello." });
    const follower = follow(taskId);
    await follower.connected;
    await stage.deliver(defineWorker({ run: () => "x".repeat(130 * 1024) }));
    const end = (await follower.ended).at(-1);
    expect(end?.type === "completed" && typeof end.result === "string" && end.result.length).toBe(130 * 1024);
  });

  it("that are gone are forgotten, and hold up nobody", async () => {
    const taskId = await stage.send({});
    const topic = { pk: `topic#task#${taskId}`, sk: "gone-connection=" };
    const { createDynamo } = await import("../../src/runtime/aws/dynamo.ts");
    const dynamo = createDynamo();
    await dynamo.put(stage.settings.connectionsTable, { ...topic });
    await dynamo.put(stage.settings.connectionsTable, { pk: "conn#gone-connection=", sk: `topic#task#${taskId}` });
    await stage.deliver(defineWorker({ run: () => 1 }));
    expect((await stage.parts.store.get(taskId))?.status).toBe("completed");
    expect(await dynamo.get(stage.settings.connectionsTable, topic)).toBeUndefined();
    expect(
      await dynamo.get(stage.settings.connectionsTable, { pk: "conn#gone-connection=", sk: `topic#task#${taskId}` }),
    ).toBeUndefined();
  });
});

describe("the webhook", () => {
  const run = defineWorker({ run: () => ({ answer: 42 }) });

  it("is signed, and tells the result", async () => {
    const receiver = await startReceiver([200]);
    const taskId = await stage.send({ callbackUrl: receiver.url, metadata: { order: 7 } });
    expect(await stage.deliver(run)).toEqual([]);
    const [call] = receiver.calls;
    const secret = (await stage.parts.secrets.get(WEBHOOK_SECRET)) ?? "";
    const headers = Object.fromEntries(
      Object.entries(call?.headers ?? {}).map(([name, value]) => [name, String(value)]),
    );
    expect(new Webhook(secret).verify(call?.body ?? "", headers)).toMatchObject({
      type: "task.completed",
      data: { taskId, status: "completed", result: { answer: 42 }, metadata: { order: 7 } },
    });
    expect((await stage.parts.store.get(taskId))?.webhook).toMatchObject({
      status: "delivered",
      tries: 1,
      lastStatus: 200,
    });
    await receiver.close();
  });

  it("is tried three times under one id, and its failure is not the task's", async () => {
    const receiver = await startReceiver([500, 503, 500]);
    const taskId = await stage.send({ callbackUrl: receiver.url });
    expect(await stage.deliver(run)).toEqual([]);
    expect(receiver.calls).toHaveLength(3);
    expect(new Set(receiver.calls.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(await stage.parts.store.get(taskId)).toMatchObject({
      status: "completed",
      webhook: { status: "failed", tries: 3, lastStatus: 500 },
    });
    await receiver.close();
  });

  it("is delivered by a second try", async () => {
    const receiver = await startReceiver([500, 204]);
    const taskId = await stage.send({ callbackUrl: receiver.url });
    await stage.deliver(run);
    expect((await stage.parts.store.get(taskId))?.webhook).toEqual({
      id: receiver.calls[0]?.headers["webhook-id"],
      status: "delivered",
      tries: 2,
      lastStatus: 204,
    });
    await receiver.close();
  });

  it("follows no redirect", async () => {
    const receiver = await startReceiver([302]);
    const taskId = await stage.send({ callbackUrl: receiver.url });
    await stage.deliver(run);
    expect((await stage.parts.store.get(taskId))?.webhook).toMatchObject({
      status: "failed",
      tries: 1,
      lastStatus: 302,
    });
    await receiver.close();
  });

  it.each([
    "http://169.254.169.254/latest",
    "https://10.0.0.1/",
    "https://[::ffff:10.0.0.1]/",
    "ftp://127.0.0.1/",
    "nonsense",
  ])("does not call %s", async (callbackUrl) => {
    const taskId = await stage.send({ callbackUrl });
    await stage.deliver(run);
    const record = await stage.parts.store.get(taskId);
    expect(record).toMatchObject({ status: "completed", webhook: { status: "failed" } });
    expect(record?.webhook?.lastStatus).toBeUndefined();
  });

  it("tells of a dead-lettered task, once, and of its redrive under another id", async () => {
    const receiver = await startReceiver([200]);
    const taskId = await stage.send({ callbackUrl: receiver.url });
    const failing = defineWorker({
      run() {
        throw new PermanentError("Never.");
      },
    });
    for (let round = 0; round < 3; round++) await stage.deliver(failing);
    expect(receiver.calls).toHaveLength(1);
    expect(JSON.parse(receiver.calls[0]?.body ?? "")).toMatchObject({
      type: "task.deadlettered",
      data: { taskId, error: { message: "Never." } },
    });
    expect(await stage.redrive()).toBe(1);
    await stage.deliver(run);
    expect(receiver.calls).toHaveLength(2);
    expect(receiver.calls[0]?.headers["webhook-id"]).not.toBe(receiver.calls[1]?.headers["webhook-id"]);
    await receiver.close();
  });

  it("tells of a task that was cancelled before it ran", async () => {
    const receiver = await startReceiver([200]);
    const task = { taskId: randomUUID(), userId: "user-1", prompt: "Say hello.", callbackUrl: receiver.url };
    await stage.parts.store.accept(task);
    await stage.parts.store.cancel(task.taskId, "user-1");
    await stage.send(task);
    expect(await stage.deliver(run)).toEqual([]);
    expect(JSON.parse(receiver.calls[0]?.body ?? "")).toMatchObject({
      type: "task.cancelled",
      data: { taskId: task.taskId },
    });
    await receiver.close();
  });

  it("is resumed by the next delivery when the function's time ran out", async () => {
    const receiver = await startReceiver([500, 500, 200]);
    const taskId = await stage.send({ callbackUrl: receiver.url });
    expect(await stage.deliver(run, { timeoutMs: 1_900 })).toHaveLength(1);
    expect(await stage.parts.store.get(taskId)).toMatchObject({ status: "completed", webhook: { status: "pending" } });
    await expect.poll(async () => (await stage.deliver(run)).length, { timeout: 10_000 }).toBe(0);
    expect((await stage.parts.store.get(taskId))?.webhook).toMatchObject({ status: "delivered", tries: 3 });
    expect(new Set(receiver.calls.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    await receiver.close();
  });
});
