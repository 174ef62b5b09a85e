import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { createDynamo } from "../../src/runtime/aws/dynamo.ts";
import { createTaskStore, withResult, type AttemptRef, type TaskStore } from "../../src/runtime/store/index.ts";
import { createFollowers } from "../../src/runtime/outbox/followers.ts";
import { createTeller, type Teller } from "../../src/runtime/outbox/teller.ts";
import { createSockets } from "../../src/runtime/aws/sockets.ts";
import { createLogger } from "../../src/runtime/log/logger.ts";
import { systemClock } from "../../src/contract/clock.ts";
import type { FollowEvent } from "../../src/contract/ports.ts";
import type { Task } from "../../src/contract/task.ts";
import { startStage, TOKEN, type TestStage } from "./harness.ts";

let stage: TestStage;
let store: TaskStore;
let dynamo: ReturnType<typeof createDynamo>;

beforeAll(async () => {
  stage = await startStage();
  dynamo = createDynamo();
  store = createTaskStore({ dynamo, settings: stage.settings, clock: systemClock });
});
afterAll(() => stage.close());

interface Message {
  type: string;
  [name: string]: unknown;
}

/** A raw connection; `status` is the handshake's when it was refused. */
async function connect(options: { ticket?: string; token?: string; origin?: string }) {
  const url = options.ticket === undefined ? stage.socketUrl : `${stage.socketUrl}?ticket=${options.ticket}`;
  const headers = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
  const ws = new WebSocket(url, { headers, ...(options.origin === undefined ? {} : { origin: options.origin }) });
  const messages: Message[] = [];
  ws.addEventListener("message", ({ data }) => {
    const message: Message = JSON.parse(typeof data === "string" ? data : "");
    messages.push(message);
  });
  const status = await new Promise<number>((resolve) => {
    ws.once("open", () => resolve(101));
    ws.once("unexpected-response", (_req, res) => {
      resolve(res.statusCode ?? 0);
      ws.terminate();
    });
    ws.on("error", () => {});
  });
  return {
    status,
    messages,
    send: (message: unknown) => ws.send(typeof message === "string" ? message : JSON.stringify(message)),
    /** Waits for a message of a type. */
    async next(type: string) {
      await expect.poll(() => messages.find((message) => message.type === type), { timeout: 5_000 }).toBeDefined();
    },
    [Symbol.dispose]: () => ws.terminate(),
  };
}

/** A worker at work, by the parts that the real one is made of. */
async function begin(taskId: string): Promise<{ ref: AttemptRef; teller: Teller; task: Task }> {
  const task = (await store.get(taskId))?.task;
  if (!task) throw new Error("There is no such task.");
  const claim = await store.claim({
    task,
    messageId: `m-${taskId}`,
    receiveCount: 1,
    sentAt: Date.now(),
    requestId: randomUUID(),
    leaseUntil: Date.now() + 60_000,
  });
  if (claim.outcome !== "run") throw new Error(claim.outcome);
  const { record, events } = claim.transition;
  const log = createLogger({ write: () => {} });
  const teller = createTeller({
    followers: createFollowers(dynamo, stage.settings.connectionsTable),
    sockets: createSockets(stage.settings.managementUrl),
    log,
    taskId,
    userId: task.userId,
  });
  teller.begin(record.generation, record.attempt);
  teller.tell(events);
  return { ref: { taskId, generation: record.generation, attempt: record.attempt, fence: record.fence }, teller, task };
}

async function finish({ ref, teller }: Awaited<ReturnType<typeof begin>>, result: string): Promise<void> {
  await store.putText(ref.taskId, { generation: ref.generation, attempt: ref.attempt, text: teller.text() });
  const done = await store.complete(ref, { result, usage: [], durationMs: 1 });
  if (done.outcome === "written") teller.tell(done.events.map((event) => withResult(event, done.record)));
  await teller.flush(5_000);
}

describe("$connect", () => {
  test("opens by the token, and stays shut without or with a wrong one", async () => {
    using none = await connect({});
    using wrong = await connect({ token: "dev_wrong" });
    using right = await connect({ token: TOKEN });
    expect([none.status, wrong.status, right.status]).toEqual([401, 403, 101]);
  });

  test("a ticket opens one connection, however many try at the same time", async () => {
    const { ticket } = await stage.client().submit({ prompt: "p" });
    const tries = await Promise.all(Array.from({ length: 5 }, () => connect({ ticket })));
    expect(tries.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([101, 403, 403, 403, 403]);
    using later = await connect({ ticket });
    expect(later.status).toBe(403);
    for (const open of tries) open[Symbol.dispose]();
  });

  test("a page of another origin is refused, one of this machine is not", async () => {
    using foreign = await connect({ token: TOKEN, origin: "https://evil.example" });
    using own = await connect({ token: TOKEN, origin: "http://localhost:5173" });
    using named = await connect({ token: TOKEN, origin: "http://app.localhost:5173" });
    using lookalike = await connect({ token: TOKEN, origin: "http://localhost.evil.example" });
    expect([foreign.status, own.status, named.status, lookalike.status]).toEqual([403, 101, 101, 403]);
  });
});

describe("messages", () => {
  test("ping is answered, nonsense told", async () => {
    using socket = await connect({ token: TOKEN });
    socket.send({ action: "ping" });
    await socket.next("pong");
    socket.send("nonsense");
    await socket.next("error");
    socket.send({ action: "subscribe", taskId: "task-that-is-not" });
    await expect
      .poll(() => socket.messages)
      .toContainEqual(expect.objectContaining({ type: "error", code: "TASK_NOT_FOUND" }));
  });

  test("a ticket's holder follows its task and nothing else", async () => {
    const mine = await stage.client().submit({ prompt: "p" });
    const other = await stage.client().submit({ prompt: "q" });
    using socket = await connect({ ticket: mine.ticket });
    socket.send({ action: "subscribe", taskId: other.taskId });
    await expect
      .poll(() => socket.messages)
      .toContainEqual(expect.objectContaining({ type: "error", code: "TASK_NOT_FOUND" }));
    socket.send({ action: "subscribe", all: true });
    await expect
      .poll(() => socket.messages)
      .toContainEqual(expect.objectContaining({ type: "error", code: "FORBIDDEN" }));
    socket.send({ action: "subscribe", taskId: mine.taskId });
    await socket.next("subscribed");
    expect(socket.messages.find((message) => message.type === "subscribed")).toMatchObject({
      seq: 1,
      status: "accepted",
      ticket: expect.any(String),
    });
  });

  test("unsubscribing and closing leave nothing behind", async () => {
    const { taskId } = await stage.client().submit({ prompt: "p" });
    const followers = createFollowers(dynamo, stage.settings.connectionsTable);
    const count = async () => (await followers.find(taskId, "service")).length;
    using first = await connect({ token: TOKEN });
    using second = await connect({ token: TOKEN });
    for (const socket of [first, second]) {
      socket.send({ action: "subscribe", taskId });
      await socket.next("subscribed");
    }
    expect(await count()).toBe(2);
    first.send({ action: "unsubscribe", taskId });
    await expect.poll(count).toBe(1);
    second[Symbol.dispose]();
    await expect.poll(count).toBe(0);
  });
});

describe("the client on the real API", () => {
  async function collect(events: AsyncIterable<FollowEvent>) {
    const out: FollowEvent[] = [];
    for await (const event of events) out.push(event);
    return out;
  }
  const textOf = (events: FollowEvent[]) =>
    events.flatMap((event) => (event.type === "token" ? [event.delta] : [])).join("");
  const typesOf = (events: FollowEvent[]) =>
    events.map((event) => event.type).filter((type) => type !== "connection" && type !== "token");

  test.each(["by header", "by ticket"])("sees events and tokens as they come, %s", async (how) => {
    const client = stage.client();
    const { taskId, ticket } = await client.submit({ prompt: "p" });
    const following =
      how === "by header" ? client.follow(taskId) : stage.client({ token: "" }).follow(taskId, { ticket });
    const events: FollowEvent[] = [];
    let worker: Awaited<ReturnType<typeof begin>> | undefined;
    for await (const event of following) {
      events.push(event);
      if (event.type === "accepted") worker = await begin(taskId);
      if (event.type === "started" && worker) {
        for (const delta of ["Hel", "lo ", "wörld ", "😀"]) worker.teller.token(delta);
        void finish(worker, "Hello wörld 😀");
      }
    }
    expect(typesOf(events)).toEqual(["accepted", "started", "completed"]);
    expect(textOf(events)).toBe("Hello wörld 😀");
    expect(events.at(-1)).toMatchObject({ result: "Hello wörld 😀" });
  });

  test("one who comes late gets it all", async () => {
    const { taskId } = await stage.client().submit({ prompt: "p" });
    const worker = await begin(taskId);
    worker.teller.token("x".repeat(40_000));
    await finish(worker, "done");
    const events = await collect(stage.client().follow(taskId));
    expect(typesOf(events)).toEqual(["accepted", "started", "completed"]);
    expect(textOf(events)).toHaveLength(40_000);
  });

  test("a result above the socket's limit comes all the same", async () => {
    const { taskId } = await stage.client().submit({ prompt: "p" });
    const result = "é".repeat(100_000);
    await finish(await begin(taskId), result);
    expect((await collect(stage.client().follow(taskId))).at(-1)).toMatchObject({ type: "completed", result });
  });

  test("a cancel ends it", async () => {
    const client = stage.client();
    const { taskId } = await client.submit({ prompt: "p" });
    const types: string[] = [];
    for await (const event of client.follow(taskId)) {
      types.push(event.type);
      if (event.type === "accepted") await client.cancel(taskId);
    }
    expect(types.filter((type) => type !== "connection")).toEqual(["accepted", "cancelled"]);
  });

  test("a wrong token and an unknown task are told at once", async () => {
    await expect(collect(stage.client({ token: "dev_wrong" }).follow(randomUUID()))).rejects.toMatchObject({
      status: 403,
    });
    await expect(collect(stage.client().follow(randomUUID()))).rejects.toMatchObject({ code: "TASK_NOT_FOUND" });
  });

  test("all tasks are followed from their acceptance on", async () => {
    const client = stage.client();
    const seen: string[] = [];
    let taskId = "";
    for await (const event of client.followAll()) {
      if (event.type === "connection") {
        taskId = (await client.submit({ prompt: "p" })).taskId;
        continue;
      }
      if (event.taskId !== taskId) continue;
      seen.push(event.type);
      if (event.type === "accepted") await client.cancel(taskId);
      if (event.type === "cancelled") break;
    }
    expect(seen).toEqual(["accepted", "cancelled"]);
  });
});
