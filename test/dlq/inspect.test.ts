import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { describe, expect, test } from "vitest";
import { run, start } from "../cli/harness.ts";
import { createPair, depth, fail, type Letter, readAll, sendAll } from "./queues.ts";
import { queuePairs } from "./queue-pairs.ts";

const at = queuePairs("jobs");

const cli = (...argv: string[]) =>
  run(argv, { cwd: at.folder.dir, env: { HOME: at.folder.dir, AWS_ENDPOINT_URL_SQS: at.stack.endpoint } });
const inspect = (...flags: string[]) => cli("dlq", "inspect", "--queue", at.dlq.name, "--json", ...flags);
const groupsOf = (events: Record<string, unknown>[]) =>
  events.flatMap(({ type, cause, count }) =>
    type === "group" ? [`${String(count)} ${Object(cause).name} ${Object(cause).message}`] : [],
  );
const failed = (letters: Letter[]) => fail(at.stack.client, at.source.url, at.dlq.url, letters);

describe("causes", () => {
  test.each<[string, Letter, object]>([
    [
      "a body's error, as text",
      { body: '{"error":"TypeError: boom"}' },
      { name: "TypeError", message: "TypeError: boom" },
    ],
    [
      "a body's error, as an object",
      { body: '{"id":1,"error":{"name":"RateLimitError","message":"slow down","status":429,"code":"rate_limit"}}' },
      { name: "RateLimitError", message: "slow down", status: 429, code: "rate_limit" },
    ],
    [
      "a Lambda destination",
      { body: '{"requestPayload":{},"responsePayload":{"errorType":"Error","errorMessage":"no such user"}}' },
      { name: "Error", message: "no such user" },
    ],
    [
      "attributes of Lambda's asynchronous invocations",
      {
        body: "{}",
        attributes: {
          RequestID: { DataType: "String", StringValue: "r" },
          ErrorCode: { DataType: "Number", StringValue: "200" },
          ErrorMessage: { DataType: "String", StringValue: "Task timed out" },
        },
      },
      { name: "Error", message: "Task timed out" },
    ],
    [
      "attributes of EventBridge",
      {
        body: "{}",
        attributes: {
          ERROR_CODE: { DataType: "String", StringValue: "NO_PERMISSIONS" },
          ERROR_MESSAGE: { DataType: "String", StringValue: "not allowed" },
        },
      },
      { message: "not allowed", code: "NO_PERMISSIONS" },
    ],
    [
      "a kind, where nothing tells",
      { body: '{"type":"order.created","message":"hello"}' },
      { name: "no cause told", message: "JSON of type order.created" },
    ],
    ["text", { body: "hello" }, { name: "no cause told", message: "text" }],
  ])("%s", async (_, letter, cause) => {
    await failed([letter]);
    expect((await inspect()).events.find(({ type }) => type === "group")).toMatchObject({ count: 1, cause });
  });
});

test("equal causes are one group, each message is counted once, and all are there again at once", async () => {
  const letters = Array.from({ length: 95 }, (_, index) => ({
    body: JSON.stringify(
      index % 10 === 0 ? { error: `order ${index} not found` } : { error: `timeout after ${index} ms` },
    ),
  }));
  await failed(letters);
  const { events, exitCode } = await inspect("--letters");
  expect(exitCode).toBe(0);
  expect(groupsOf(events)).toEqual([expect.stringMatching(/^85 /), expect.stringMatching(/^10 /)]);
  expect(new Set(events.flatMap(({ type, messageId }) => (type === "letter" ? [messageId] : []))).size).toBe(95);
  expect(events.at(-1)).toMatchObject({
    by: "messages",
    seen: 95,
    about: 95,
    scan: { receives: expect.any(Number), unreleased: 0 },
  });
  expect(Object(events.at(-1)?.["scan"])).not.toHaveProperty("costUsd");
  expect(await depth(at.stack.client, at.dlq.url)).toBe(95);
  // The fingerprint of a group is what a redrive takes.
  const group = events.find(({ type, count }) => type === "group" && count === 10);
  const moved = await cli(
    "dlq",
    "redrive",
    "--yes",
    "--queue",
    at.dlq.name,
    "--error",
    String(Object(group?.["cause"]).fingerprint),
    "--json",
  );
  expect(moved.events.at(-1)).toMatchObject({ moved: 10 });
});

test("messages that another reader holds are not seen, and it says so", async () => {
  await failed([{ body: "a" }, { body: "b" }, { body: "c" }]);
  await at.stack.client.send(new ReceiveMessageCommand({ QueueUrl: at.dlq.url, VisibilityTimeout: 60 }));
  const { events } = await inspect();
  expect(events.at(-1)).toMatchObject({ seen: 2, about: 2 });
});

test("Ctrl-C ends a scan early; what it held is there again", async () => {
  await sendAll(
    at.stack.client,
    at.dlq.url,
    Array.from({ length: 400 }, (_, index) => ({ body: `m${index}` })),
  );
  const running = start(["dlq", "inspect", "--queue", at.dlq.name, "--json"], {
    cwd: at.folder.dir,
    env: { AWS_ENDPOINT_URL_SQS: at.stack.endpoint },
  });
  await running.waitFor('"type":"scan"');
  running.interrupt();
  expect(await running.exit).toBe(130);
  expect(running.events().at(-1)).toMatchObject({ scan: { cut: "it was interrupted", unreleased: 0 } });
  expect(await depth(at.stack.client, at.dlq.url)).toBe(400);
});

test("of a FIFO queue it shows the first of each group, and says so", async () => {
  Object.assign(at, await createPair(at.stack.client, `jobs${at.next()}`, true));
  const letters = Array.from({ length: 40 }, (_, index) => ({ body: `m${index}`, group: `g${index % 2}` }));
  await sendAll(at.stack.client, at.dlq.url, letters);
  const { events } = await inspect();
  const { seen, note } = Object(events.at(-1));
  expect(seen).toBeGreaterThanOrEqual(10);
  expect(seen).toBeLessThan(40);
  expect(note).toContain("FIFO");
  expect(await depth(at.stack.client, at.dlq.url)).toBe(40);
});

test("an empty queue", async () => {
  const { stderr, stdout, exitCode } = await cli("dlq", "inspect", "--queue", at.dlq.name);
  expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 0 });
  expect(stderr).toContain("no dead letters");
});

test("show finds a message by its id or the beginning of it, and shows all of it", async () => {
  const attributes = {
    tenant: { DataType: "String", StringValue: "acme" },
    size: { DataType: "Number.int", StringValue: "7" },
    blob: { DataType: "Binary", BinaryValue: new Uint8Array([1, 2, 3]) },
  };
  await failed([
    { body: '{"taskId":"task-0001","error":"boom"}', attributes },
    ...Array.from({ length: 30 }, () => ({ body: "x" })),
  ]);
  const { events } = await inspect("--letters");
  const id = String(events.find(({ taskId }) => taskId === "task-0001")?.["messageId"]);
  for (const name of [id, id.slice(0, 8), "task-0001"]) {
    const shown = await cli("dlq", "show", name, "--queue", at.source.name, "--json");
    expect(shown.events.find(({ type }) => type === "letter-detail")).toMatchObject({
      messageId: id,
      body: '{"taskId":"task-0001","error":"boom"}',
      attributes: {
        tenant: { type: "String", text: "acme" },
        size: { type: "Number.int", text: "7" },
        blob: { type: "Binary", binary: "AQID" },
      },
      system: { DeadLetterQueueSourceArn: at.source.arn },
      expiresAt: expect.any(String),
    });
  }
  const missing = await cli("dlq", "show", "no-such-letter", "--queue", at.dlq.name);
  expect(missing.exitCode).toBe(1);
  expect(missing.stderr).toContain("There is no dead letter no-such-letter among the 31 that were seen.");
  expect(await depth(at.stack.client, at.dlq.url)).toBe(31);
});

test("an export holds all, is nobody else's to read, and is never overwritten", async () => {
  const attributes = { blob: { DataType: "Binary.png", BinaryValue: new Uint8Array([0, 255]) } };
  await failed([{ body: "first\u{1f4a5}", attributes }, { body: '{"error":"boom"}' }]);
  const { events } = await inspect("--export", "out.ndjson");
  expect(events.at(-1)).toMatchObject({ exported: { letters: 2 } });
  const path = join(at.folder.dir, "out.ndjson");
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const lines = (await readFile(path, "utf8"))
    .trimEnd()
    .split("\n")
    .map((line) => Object(JSON.parse(line)));
  expect(lines.find(({ body }) => body !== '{"error":"boom"}')).toMatchObject({
    v: 1,
    queue: at.dlq.arn,
    body: "first\u{1f4a5}",
    attributes: { blob: { type: "Binary.png", binary: "AP8=" } },
    system: { DeadLetterQueueSourceArn: at.source.arn },
    cause: { name: "no cause told" },
  });
  const again = await cli("dlq", "inspect", "--queue", at.dlq.name, "--export", "out.ndjson");
  expect(again.exitCode).toBe(1);
  expect(again.stderr).toContain("The file out.ndjson exists.");
  expect(await readAll(at.stack.client, at.dlq.url)).toHaveLength(2);
});

test("list --all names every dead-letter queue of the endpoint; unknown is unknown with its reason", async () => {
  await failed([{ body: "x" }]);
  const { events } = await cli("dlq", "list", "--all", "--json");
  const mine = events.find(({ name }) => name === at.dlq.name);
  expect(mine).toMatchObject({
    type: "dead-letter-queue",
    sources: [at.source.name],
    depth: { visible: 1, inFlight: 0, delayed: 0 },
    // This endpoint speaks SQS alone.
    unknown: { oldest: expect.stringContaining("cloudwatch:GetMetricData"), expiry: expect.any(String) },
  });
  expect(events.some(({ name }) => name === at.source.name)).toBe(false);
  expect(events.at(-1)).toMatchObject({ operation: "dlq-list", inspect: expect.stringContaining("--queue NAME") });
  const text = await cli("dlq", "list", "--queue", at.dlq.name);
  expect(text.stdout).toMatch(/^QUEUE +LETTERS/);
  expect(text.stdout).toContain("unknown");
});
