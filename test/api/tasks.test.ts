import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MAX_TASK_BYTES } from "../../src/contract/task.ts";
import { listenLocally } from "../helpers/listen.ts";
import { startStage, TOKEN, type TestStage } from "./harness.ts";

let keys: Server;
let privateKey: CryptoKey;
let issuer: string;
let stage: TestStage;

beforeAll(async () => {
  const pair = await generateKeyPair("RS256");
  privateKey = pair.privateKey;
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: "k1", alg: "RS256" };
  keys = createServer(
    (_req, res) => void res.setHeader("content-type", "application/json").end(JSON.stringify({ keys: [jwk] })),
  );
  issuer = `http://127.0.0.1:${await listenLocally(keys)}`;
  stage = await startStage({ auth: { issuer, audience: ["shop"] } });
});
afterAll(async () => {
  await stage.close();
  await new Promise((resolve) => keys.close(resolve));
});

const user = (subject: string) =>
  new SignJWT({})
    .setProtectedHeader({ alg: "RS256", kid: "k1" })
    .setIssuer(issuer)
    .setAudience("shop")
    .setSubject(subject)
    .setExpirationTime("5m")
    .sign(privateKey);

const depth = () => stage.sqs.stats("shop-local-tasks")?.visible ?? Number.NaN;
function bodies(): unknown[] {
  return (stage.queue?.receive(10) ?? []).map((message) => {
    stage.queue?.delete(message.receiptHandle);
    return JSON.parse(message.body);
  });
}

describe("submit", () => {
  test("is answered at once, with the message in the queue exactly as the task is", async () => {
    bodies();
    const { status, body } = await stage.fetch("/tasks", {
      method: "POST",
      body: { taskId: "uuid-1234-5678", userId: "user-99", prompt: "Summarize.", metadata: { a: 1 } },
    });
    expect(status).toBe(202);
    expect(body).toMatchObject({
      v: 1,
      taskId: "uuid-1234-5678",
      status: "accepted",
      duplicate: false,
      socketUrl: stage.socketUrl,
      ticket: expect.stringMatching(/^[\w-]+\.[\w-]+$/),
    });
    expect(bodies()).toEqual([
      { taskId: "uuid-1234-5678", userId: "user-99", prompt: "Summarize.", metadata: { a: 1 } },
    ]);
    const { task } = await stage.client().get("uuid-1234-5678");
    expect(task).toMatchObject({ status: "accepted", queuedAt: expect.any(String) });
  });

  test("the curl that `dev` prints works: a form's content type, no id, no user", async () => {
    const response = await fetch(`${stage.endpoint}/tasks`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/x-www-form-urlencoded" },
      body: '{"prompt":"hello"}',
    });
    expect(response.status).toBe(202);
    expect(bodies()).toEqual([{ taskId: expect.any(String), userId: "service", prompt: "hello" }]);
  });

  test("the same id is the same task, sent once however often it is submitted", async () => {
    const request = { taskId: randomUUID(), prompt: "p", input: { a: [1, { b: null }] } };
    const answers = await Promise.all(Array.from({ length: 5 }, () => stage.client().submit(request)));
    expect(answers.filter((answer) => !answer.duplicate)).toHaveLength(1);
    bodies();
    await expect(stage.client().submit(request)).resolves.toMatchObject({ duplicate: true });
    expect(depth()).toBe(0);
  });

  test("the same id with another content or owner is a conflict", async () => {
    const { taskId } = await stage.client().submit({ prompt: "p" });
    await expect(stage.client().submit({ taskId, prompt: "q" })).rejects.toMatchObject({
      status: 409,
      code: "TASK_CONFLICT",
    });
    await expect(stage.client({ token: await user("eve") }).submit({ taskId, prompt: "p" })).rejects.toMatchObject({
      status: 409,
    });
    bodies();
  });

  test("tells what is wrong, and where", async () => {
    await expect(stage.client().submit({ prompt: "", documentReference: "s3://theirs/a.pdf" })).rejects.toMatchObject({
      status: 400,
      code: "INVALID_REQUEST",
      issues: [
        { path: "prompt" },
        { path: "documentReference", message: expect.stringContaining(stage.settings.bucket) },
      ],
    });
    await expect(stage.client().submit({ prompt: "x".repeat(MAX_TASK_BYTES) })).rejects.toMatchObject({
      status: 413,
      hint: expect.stringContaining("POST /documents"),
    });
    expect((await stage.fetch("/tasks", { method: "POST", body: "{" })).status).toBe(400);
  });
});

describe("access", () => {
  test("nothing is open: 401 without a token, 403 with a wrong one", async () => {
    for (const path of ["/tasks", `/tasks/${randomUUID()}`, "/tasks/x/events", "/nowhere"]) {
      expect((await stage.fetch(path, { token: null })).status).toBe(401);
      expect((await stage.fetch(path, { token: "dev_wrong" })).status).toBe(403);
    }
    await expect(stage.client({ token: "dev_wrong" }).list()).rejects.toMatchObject({ status: 403, code: "FORBIDDEN" });
  });

  test("without its authorizer the API does nothing", async () => {
    const event = { version: "2.0", rawPath: "/tasks", requestContext: { http: { method: "GET" }, stage: "$default" } };
    await expect(stage.invoke("api", event)).resolves.toMatchObject({ statusCode: 401 });
  });

  test("a user sees its own tasks only", async () => {
    const [ann, bob] = [
      stage.client({ token: await user("auth0|ann") }),
      stage.client({ token: await user("auth0|bob") }),
    ];
    const { taskId } = await ann.submit({ prompt: "mine" });
    expect((await ann.get(taskId)).task.task.userId).toBe("auth0|ann");
    expect((await ann.list()).tasks.map((task) => task.taskId)).toEqual([taskId]);
    expect((await bob.list()).tasks).toEqual([]);
    for (const ask of ["get", "events", "cancel", "ticket"] as const)
      await expect(bob[ask](taskId), ask).rejects.toMatchObject({ status: 404, code: "TASK_NOT_FOUND" });
    const missing = await stage.fetch("/tasks/task-that-is-not", { token: await user("auth0|bob") });
    const others = await stage.fetch(`/tasks/${taskId}`, { token: await user("auth0|bob") });
    expect(JSON.stringify(others.body).replace(taskId, "")).toBe(
      JSON.stringify(missing.body).replace("task-that-is-not", ""),
    );
    await expect(ann.submit({ prompt: "p", userId: "auth0|bob" })).rejects.toMatchObject({ status: 403 });
    await expect(stage.client().get(taskId)).resolves.toMatchObject({ task: { status: "accepted" } });
  });
});

describe("lists", () => {
  test("are newest first, in pages", async () => {
    const userId = `pages-${randomUUID()}`;
    const client = stage.client({ token: await user(userId) });
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.unshift((await client.submit({ prompt: `${n}` })).taskId);
    const first = await client.list({ limit: 3 });
    const rest = await client.list({ limit: 3, ...(first.cursor ? { cursor: first.cursor } : {}) });
    expect([...first.tasks, ...rest.tasks].map((task) => task.taskId)).toEqual(ids);
    expect(rest.cursor).toBeUndefined();
  });

  test.each(["limit=0", "limit=101", "limit=x", "status=done", "cursor=abc"])("?%s is refused", async (query) => {
    expect(await stage.fetch(`/tasks?${query}`)).toMatchObject({
      status: 400,
      body: { error: { code: "INVALID_REQUEST" } },
    });
  });
});

describe("cancel", () => {
  test("ends a task, once, and tells its webhook", async () => {
    const received: { id: string | undefined; body: unknown }[] = [];
    const hook = createServer((req, res) => {
      let body = "";
      req.on("data", (chunk: Buffer) => (body += chunk.toString()));
      req.on("end", () => {
        received.push({ id: req.headers["webhook-id"]?.toString(), body: JSON.parse(body) });
        res.end();
      });
    });
    const port = await listenLocally(hook);
    const { taskId } = await stage.client().submit({ prompt: "p", callbackUrl: `http://127.0.0.1:${port}/done` });
    await expect(stage.client().cancel(taskId)).resolves.toMatchObject({ task: { status: "cancelled" } });
    await expect(stage.client().cancel(taskId)).resolves.toMatchObject({ task: { status: "cancelled" } });
    expect(received).toEqual([{ id: expect.any(String), body: expect.objectContaining({ type: "task.cancelled" }) }]);
    expect((await stage.client().events(taskId)).events.map((event) => event.type)).toEqual(["accepted", "cancelled"]);
    await new Promise((resolve) => hook.close(resolve));
  });
});

describe("documents", () => {
  test("are uploaded to the caller's own folder, and can be named by a task", async () => {
    const ann = stage.client({ token: await user("auth0|ann") });
    const reference = await ann.upload({
      name: "../q2 report (final).pdf",
      body: new TextEncoder().encode("%PDF"),
      contentType: "application/pdf",
    });
    expect(reference).toMatch(
      new RegExp(`^s3://${stage.settings.bucket}/documents/[0-9a-f]{32}/[0-9a-f-]{36}/q2_report_final_.pdf$`),
    );
    await expect(ann.submit({ prompt: "p", documentReference: reference })).resolves.toMatchObject({
      status: "accepted",
    });
    const bob = stage.client({ token: await user("auth0|bob") });
    await expect(bob.submit({ prompt: "p", documentReference: reference })).rejects.toMatchObject({ status: 403 });
  });

  test("tell what is wrong with them", async () => {
    expect(await stage.fetch("/documents", { method: "POST", body: { name: "", bytes: 0, size: 1 } })).toMatchObject({
      status: 400,
      body: { error: { issues: [{ path: "size" }, { path: "name" }, { path: "bytes" }] } },
    });
  });
});

test("what is not a route says which are", async () => {
  expect(await stage.fetch("/task")).toMatchObject({
    status: 404,
    body: { error: { code: "NO_SUCH_ROUTE", hint: expect.stringContaining("POST /tasks") } },
  });
  expect(await stage.fetch("/documents")).toMatchObject({ status: 405 });
});
