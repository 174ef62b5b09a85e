import * as SDK from "@aws-sdk/client-lambda";
import { SendMessageBatchCommand, SendMessageCommand, SetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { startTestStack, type TestStack } from "../lambda/test/stack.ts";
import type { MappingSpec } from "./index.ts";

let stack: TestStack;
let client: SQSClient;
let out: string;
afterEach(async () => {
  client.destroy();
  await stack.close();
});

/** Writes each event to a file of its own, then does what the test says. */
const worker = (body: string) => `
  import { existsSync, renameSync, writeFileSync } from "node:fs";
  let n = 0;
  export const handler = async (event) => {
    const file = process.env.OUT + "/" + Date.now() + "-" + process.pid + "-" + String(n++).padStart(4, "0");
    writeFileSync(file + ".partial", JSON.stringify(event));
    renameSync(file + ".partial", file + ".json");
    ${body}
  };`;

interface Seen {
  bodies: string[];
  event: { Records: Record<string, unknown>[] };
}
/** The batches that reached the function, in order. */
const seen = (): Seen[] =>
  readdirSync(out)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => {
      const event: Seen["event"] = JSON.parse(readFileSync(join(out, name), "utf8"));
      return { event, bodies: event.Records.map(({ body }) => String(body)) };
    });
const bodies = () => seen().flatMap((batch) => batch.bodies);

async function start(
  body: string,
  mapping: Partial<MappingSpec> = {},
  options: {
    queue?: Record<string, string>;
    fifo?: boolean;
    stack?: Parameters<typeof startTestStack>[0];
    reserved?: number;
  } = {},
) {
  stack = await startTestStack(options.stack);
  client = new SQSClient({
    endpoint: stack.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "k", secretAccessKey: "s" },
    maxAttempts: 1,
  });
  out = stack.code({});
  const name = options.fifo ? "q.fifo" : "q";
  stack.sqs.createQueue("dead");
  const queue = stack.sqs.createQueue(name, {
    ...(options.fifo ? { FifoQueue: "true", ContentBasedDeduplication: "true" } : {}),
    ...options.queue,
  });
  stack.lambda.define({
    name: "f",
    handler: "index.handler",
    codeDir: stack.code({ "index.mjs": worker(body) }),
    environment: { OUT: out },
    timeout: 20,
    ...(options.reserved === undefined ? {} : { reservedConcurrency: options.reserved }),
  });
  const view = stack.mappings.create({ source: queue.arn, functionName: "f", ...mapping });
  const send = (MessageBody: string, MessageGroupId?: string) =>
    client.send(
      new SendMessageCommand({ QueueUrl: queue.url, MessageBody, ...(MessageGroupId ? { MessageGroupId } : {}) }),
    );
  const sendMany = async (all: string[]) => {
    for (let at = 0; at < all.length; at += 10) {
      const Entries = all.slice(at, at + 10).map((MessageBody, index) => ({ Id: String(index), MessageBody }));
      await client.send(new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }));
    }
  };
  const empty = () =>
    vi.waitFor(() => expect(stack.sqs.stats(name)).toMatchObject({ visible: 0, inFlight: 0 }), {
      timeout: 15_000,
      interval: 10,
    });
  return { view, queue, send, sendMany, empty, stats: () => stack.sqs.stats(name) };
}

/** Of a queue whose dead letters go to `dead`, which is there. */
const deadAfter = (maxReceiveCount: number) => ({
  RedrivePolicy: JSON.stringify({
    deadLetterTargetArn: "arn:aws:sqs:us-east-1:000000000000:dead",
    maxReceiveCount,
  }),
});

/** A mapping to a function that is always throttled; what it is received for in vain goes to the queue `dead`. */
async function startThrottled(
  options: NonNullable<Parameters<typeof startTestStack>[0]>,
  queue: Record<string, string>,
  maxReceiveCount: number,
  mapping: Partial<MappingSpec> = {},
  throttled: string[] = [],
) {
  const beforeInvoke = (name: string) => (throttled.push(name), { kind: "throttle" as const });
  return start("return null;", mapping, {
    stack: { ...options, faults: { beforeInvoke } },
    queue: { ...queue, ...deadAfter(maxReceiveCount) },
  });
}

describe("a mapping", () => {
  it("gives messages to the function as AWS's event, and deletes what succeeded", async () => {
    const { queue, empty } = await start("return null;");
    await client.send(
      new SendMessageCommand({
        QueueUrl: queue.url,
        MessageBody: "héllo",
        MessageAttributes: {
          n: { DataType: "Number", StringValue: "1" },
          b: { DataType: "Binary", BinaryValue: Buffer.from("bin") },
        },
      }),
    );
    await empty();
    expect(seen()[0]?.event).toEqual({
      Records: [
        {
          messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
          receiptHandle: expect.any(String),
          body: "héllo",
          attributes: {
            ApproximateReceiveCount: "1",
            SentTimestamp: expect.stringMatching(/^\d{13}$/),
            SenderId: expect.any(String),
            ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
          },
          messageAttributes: {
            n: { stringValue: "1", stringListValues: [], binaryListValues: [], dataType: "Number" },
            b: { binaryValue: "Ymlu", stringListValues: [], binaryListValues: [], dataType: "Binary" },
          },
          md5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/),
          md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
          eventSource: "aws:sqs",
          eventSourceARN: queue.arn,
          awsRegion: "us-east-1",
        },
      ],
    });
  });

  it("takes what was in the queue before it, in batches of ten at most", async () => {
    const { sendMany, empty, view } = await start("return null;", { enabled: false });
    await sendMany(Array.from({ length: 25 }, (_, index) => String(index)));
    expect(seen()).toEqual([]);
    stack.mappings.update(view.uuid, { enabled: true });
    await empty();
    expect(
      bodies()
        .map(Number)
        .sort((a, b) => a - b),
    ).toEqual(Array.from({ length: 25 }, (_, index) => index));
    expect(Math.max(...seen().map((batch) => batch.bodies.length))).toBe(10);
  });

  it("runs no more invocations at a time than MaximumConcurrency, and as many", async () => {
    const { sendMany, empty } = await start("await new Promise((r) => setTimeout(r, 300)); return null;", {
      batchSize: 1,
      maxConcurrency: 3,
    });
    stack.lambda.warm("f", 3);
    await sendMany(Array.from({ length: 12 }, (_, index) => String(index)));
    await empty();
    let now = 0;
    let most = 0;
    for (const event of stack.events) {
      if (event.type !== "invocation") continue;
      now += event.state === "started" ? 1 : -1;
      most = Math.max(most, now);
    }
    expect(most).toBe(3);
    expect(bodies()).toHaveLength(12);
  });

  it("collects for the window, or until the batch is full", async () => {
    const { sendMany, empty } = await start("return null;", { batchSize: 25, batchWindow: 2 }, { stack: { speed: 2 } });
    await sendMany(Array.from({ length: 25 }, (_, index) => String(index)));
    await empty();
    expect(seen().map((batch) => batch.bodies.length)).toEqual([25]);
    const sentAt = performance.now();
    await sendMany(["late", "later"]);
    await empty();
    expect(performance.now() - sentAt).toBeGreaterThan(900);
    expect(seen().map((batch) => batch.bodies.length)).toEqual([25, 2]);
  });

  it("keeps a batch under 6 MB", async () => {
    const { view, send, empty } = await start("return null;", { enabled: false });
    for (let index = 0; index < 8; index++) await send(String(index).repeat(1024 * 1024 - 10));
    stack.mappings.update(view.uuid, { enabled: true });
    await empty();
    // The two run side by side: either may begin first.
    expect(
      seen()
        .map((batch) => batch.bodies.length)
        .toSorted((a, b) => a - b),
    ).toEqual([3, 5]);
  });
});

describe("failures", () => {
  it("of the function leave the whole batch to its visibility timeout, and so to the dead-letter queue", async () => {
    const { sendMany } = await start(
      "throw new Error('no');",
      { batchSize: 2 },
      { stack: { speed: 30 }, queue: { VisibilityTimeout: "30", ...deadAfter(3) } },
    );
    await sendMany(["a", "b"]);
    await vi.waitFor(() => expect(stack.sqs.stats("dead")).toMatchObject({ visible: 2 }), { timeout: 15_000 });
    expect(stack.sqs.stats("q")).toMatchObject({ visible: 0, inFlight: 0 });
    expect(bodies().sort()).toEqual(["a", "a", "a", "b", "b", "b"]);
    const counts = seen().flatMap((batch) =>
      batch.event.Records.map((record) => JSON.stringify(record["attributes"]).match(/ReceiveCount":"(\d)/)?.[1]),
    );
    expect(counts.map(Number).sort((a, b) => a - b)).toEqual([1, 1, 2, 2, 3, 3]);
  });

  it("that are reported leave only those messages", async () => {
    const body = `
      const failed = event.Records.filter((r) => r.body.startsWith("bad") && r.attributes.ApproximateReceiveCount === "1");
      return { batchItemFailures: failed.map((r) => ({ itemIdentifier: r.messageId })) };`;
    const { sendMany, empty, view } = await start(
      body,
      { reportBatchItemFailures: true, enabled: false },
      { stack: { speed: 30 }, queue: { VisibilityTimeout: "30" } },
    );
    await sendMany(["good 1", "bad 1", "good 2", "bad 2"]);
    stack.mappings.update(view.uuid, { enabled: true });
    await empty();
    expect(seen().map((batch) => batch.bodies)[0]).toHaveLength(4);
    expect(bodies().sort()).toEqual(["bad 1", "bad 1", "bad 2", "bad 2", "good 1", "good 2"]);
  });

  it("are a visibility of the function's own choosing where it sets one", async () => {
    const body = `
      const { endpoint, queue } = { endpoint: process.env.AWS_ENDPOINT_URL, queue: event.Records[0].eventSourceARN };
      if (event.Records[0].attributes.ApproximateReceiveCount === "1") {
        await fetch(endpoint, { method: "POST", headers: { "x-amz-target": "AmazonSQS.ChangeMessageVisibility", "content-type": "application/x-amz-json-1.0" },
          body: JSON.stringify({ QueueUrl: endpoint + "/000000000000/q", ReceiptHandle: event.Records[0].receiptHandle, VisibilityTimeout: 0 }) });
        throw new Error("at once, please");
      }`;
    const { send, empty } = await start(body, { batchSize: 1 }, { queue: { VisibilityTimeout: "600" } });
    await send("x");
    await empty();
    expect(bodies()).toEqual(["x", "x"]);
  });

  it("by a throttle are tried again with the same receive", async () => {
    const { sendMany, empty } = await start(
      "await new Promise((r) => setTimeout(r, 100)); return null;",
      { batchSize: 1, maxConcurrency: 4 },
      { reserved: 1 },
    );
    await sendMany(["a", "b", "c", "d"]);
    await empty();
    expect(bodies().sort()).toEqual(["a", "b", "c", "d"]);
    const counts = seen().flatMap((batch) => batch.event.Records.map(({ attributes }) => JSON.stringify(attributes)));
    expect(counts.every((text) => text.includes('"ApproximateReceiveCount":"1"'))).toBe(true);
  });

  it("by a throttle that lasts give the messages back when their visibility timeout ends, at the stack's speed", async () => {
    const { send } = await startThrottled({ speed: 30 }, { VisibilityTimeout: "30" }, 2);
    await send("x");
    await vi.waitFor(() => expect(stack.sqs.stats("dead")).toMatchObject({ visible: 1 }), { timeout: 15_000 });
    expect(seen()).toEqual([]);
  });

  it("by a throttle that lasts count the visibility timeout from the receive, a batch's window included", async () => {
    const throttled: string[] = [];
    const fast = { speed: 20 };
    const { send } = await startThrottled(fast, { VisibilityTimeout: "60" }, 1, { batchWindow: 40 }, throttled);
    await send("x");
    await vi.waitFor(() => expect(stack.sqs.stats("dead")).toMatchObject({ visible: 1 }), { timeout: 15_000 });
    // After the window a third of the timeout is left, for ten tries at most; all of it would be enough for twelve at least.
    expect(throttled.length).toBeGreaterThan(0);
    expect(throttled.length).toBeLessThan(12);
  });

  it("by a throttle heed a visibility timeout that was changed after the mapping was made", async () => {
    const { send, queue, view } = await startThrottled({}, { VisibilityTimeout: "600" }, 1);
    await client.send(new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes: { VisibilityTimeout: "1" } }));
    await send("x");
    await vi.waitFor(() => expect(stack.sqs.stats("dead")).toMatchObject({ visible: 1 }), { timeout: 15_000 });
    // The batch ends with its messages' timeout, where it would else be tried for the ten minutes of before.
    await vi.waitFor(() => expect(stack.mappings.get(view.uuid)).toMatchObject({ running: 0 }), { timeout: 15_000 });
  });

  it("by a full concurrency wait for it in real time, however fast time runs", async () => {
    let throttles = 0;
    const metrics = { ended() {}, throttled: () => void (throttles += 1) };
    const { sendMany, empty } = await start(
      `while (!existsSync(process.env.OUT + "/go")) await new Promise((r) => setTimeout(r, 5)); return null;`,
      { batchSize: 1, maxConcurrency: 2 },
      { reserved: 1, stack: { speed: 60, metrics }, queue: { VisibilityTimeout: "30" } },
    );
    await sendMany(["a", "b"]);
    // With their back-off these take longer than the visibility timeout at this speed, and far less than its real 30 s.
    await vi.waitFor(() => expect(throttles).toBeGreaterThan(16), { timeout: 15_000 });
    writeFileSync(join(out, "go"), "");
    await empty();
    expect(bodies().sort()).toEqual(["a", "b"]);
    const counts = seen().map(({ event }) => JSON.stringify(event.Records[0]?.["attributes"]));
    expect(counts.every((text) => text.includes('"ApproximateReceiveCount":"1"'))).toBe(true);
  });

  it("by a function that is not there leave the messages where they are", async () => {
    const { send, empty, stats } = await start("return null;");
    await stack.lambda.remove("f");
    await send("x");
    await vi.waitFor(() => expect(stats()).toMatchObject({ visible: 1, inFlight: 0 }));
    stack.lambda.define({
      name: "f",
      handler: "index.handler",
      codeDir: stack.code({ "index.mjs": worker("return null;") }),
      environment: { OUT: out },
    });
    await empty();
    expect(bodies()).toEqual(["x"]);
  });

  it("by the end of the stack give the message back at once", async () => {
    const stateDir = mkdtempSync(join(tmpdir(), "ai-pipeline-state-"));
    const { send } = await start(
      "await new Promise((r) => setTimeout(r, 60_000));",
      { batchSize: 1 },
      { stack: { stateDir }, queue: { VisibilityTimeout: "600" } },
    );
    await send("x");
    await vi.waitFor(() => expect(readdirSync(out)).toHaveLength(1));
    await stack.close();
    stack = await startTestStack({ stateDir });
    expect(stack.sqs.stats("q")).toMatchObject({ visible: 1, inFlight: 0 });
    await stack.close();
    stack = await startTestStack();
    rmSync(stateDir, { recursive: true });
  });
});

describe("a FIFO queue", () => {
  it("keeps the order within each group, one batch of a group at a time", async () => {
    const { send, empty } = await start(
      "await new Promise((r) => setTimeout(r, 20)); return null;",
      { batchSize: 2, maxConcurrency: 5 },
      { fifo: true },
    );
    for (let index = 0; index < 6; index++) for (const group of ["a", "b"]) await send(`${group}${index}`, group);
    await empty();
    for (const group of ["a", "b"]) {
      expect(bodies().filter((body) => body.startsWith(group))).toEqual(
        Array.from({ length: 6 }, (_, index) => `${group}${index}`),
      );
    }
  });

  it("stops a group at its first failure until that message is done", async () => {
    const body = `
      const failed = event.Records.filter((r) => r.body === "a0" && r.attributes.ApproximateReceiveCount === "1");
      return { batchItemFailures: failed.map((r) => ({ itemIdentifier: r.messageId })) };`;
    const options = { fifo: true, stack: { speed: 30 }, queue: { VisibilityTimeout: "30" } };
    const { send, empty } = await start(
      body,
      { batchSize: 1, maxConcurrency: 2, reportBatchItemFailures: true },
      options,
    );
    for (const text of ["a0", "a1", "b0"]) await send(text, text.charAt(0));
    await empty();
    expect(bodies().filter((text) => text.startsWith("a"))).toEqual(["a0", "a0", "a1"]);
    expect(bodies().indexOf("b0")).toBeLessThan(bodies().lastIndexOf("a0"));
  });
});

describe("through Lambda's API, mappings", () => {
  it("are created, listed, disabled and deleted, and survive a restart", async () => {
    const stateDir = mkdtempSync(join(tmpdir(), "ai-pipeline-state-"));
    const { queue } = await start("return null;", {}, { stack: { stateDir } });
    stack.sqs.createQueue("other");
    const EventSourceArn = `${queue.arn.slice(0, -1)}other`;
    const created = await stack.lambdaClient.send(
      new SDK.CreateEventSourceMappingCommand({
        FunctionName: "f",
        EventSourceArn,
        BatchSize: 5,
        ScalingConfig: { MaximumConcurrency: 7 },
        FunctionResponseTypes: ["ReportBatchItemFailures"],
      }),
    );
    expect(created).toMatchObject({
      State: "Creating",
      BatchSize: 5,
      EventSourceArn,
      FunctionArn: expect.stringMatching(/:function:f$/),
    });
    const { UUID } = created;
    const get = () => stack.lambdaClient.send(new SDK.GetEventSourceMappingCommand({ UUID }));
    expect(await get()).toMatchObject({
      State: "Enabled",
      ScalingConfig: { MaximumConcurrency: 7 },
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    });
    const listed = await stack.lambdaClient.send(new SDK.ListEventSourceMappingsCommand({ EventSourceArn }));
    expect(listed.EventSourceMappings?.map((item) => item.UUID)).toEqual([UUID]);
    await expect(
      stack.lambdaClient.send(new SDK.CreateEventSourceMappingCommand({ FunctionName: "f", EventSourceArn })),
    ).rejects.toBeInstanceOf(SDK.ResourceConflictException);
    await stack.lambdaClient.send(new SDK.UpdateEventSourceMappingCommand({ UUID, Enabled: false, ScalingConfig: {} }));
    expect(await get()).toMatchObject({ State: "Disabled", BatchSize: 5 });
    expect((await get()).ScalingConfig).toBeUndefined();

    await stack.close();
    stack = await startTestStack({ stateDir });
    expect(stack.mappings.list()).toEqual([expect.objectContaining({ uuid: UUID, state: "Disabled", batchSize: 5 })]);
    expect((await stack.lambdaClient.send(new SDK.DeleteEventSourceMappingCommand({ UUID }))).State).toBe("Deleting");
    await expect(get()).rejects.toBeInstanceOf(SDK.ResourceNotFoundException);
    await stack.close();
    stack = await startTestStack();
    rmSync(stateDir, { recursive: true });
  });

  it.each<[string, Partial<SDK.CreateEventSourceMappingCommandInput>, string]>([
    [
      "a queue that is not there",
      { EventSourceArn: "arn:aws:sqs:us-east-1:000000000000:none" },
      "InvalidParameterValueException",
    ],
    [
      "something else than a queue",
      { EventSourceArn: "arn:aws:kinesis:us-east-1:000000000000:stream/x" },
      "InvalidParameterValueException",
    ],
    ["a function that is not there", { FunctionName: "none" }, "ResourceNotFoundException"],
    ["a batch over 10 without a window", { BatchSize: 11 }, "InvalidParameterValueException"],
    ["a batch over 10,000", { BatchSize: 10_001, MaximumBatchingWindowInSeconds: 1 }, "ValidationException"],
    ["a window over 300 s", { MaximumBatchingWindowInSeconds: 301 }, "ValidationException"],
    ["a starting position", { StartingPosition: "LATEST" }, "InvalidParameterValueException"],
    ["retries, which streams have", { MaximumRetryAttempts: 0 }, "InvalidParameterValueException"],
    ["filters", { FilterCriteria: { Filters: [{ Pattern: "{}" }] } }, "InvalidParameterValueException"],
    ["MaximumConcurrency 1", { ScalingConfig: { MaximumConcurrency: 1 } }, "ValidationException"],
  ])("are refused with %s", async (_title, input, name) => {
    const { queue } = await start("return null;");
    const whole = { FunctionName: "f", EventSourceArn: queue.arn, ...input };
    await expect(stack.lambdaClient.send(new SDK.CreateEventSourceMappingCommand(whole))).rejects.toMatchObject({
      name,
    });
  });
});

it("a mapping that is deleted stops, and its messages stay", async () => {
  const { view, send, stats } = await start(
    `while (!existsSync(process.env.OUT + "/go")) await new Promise((r) => setTimeout(r, 5)); return null;`,
    { batchSize: 1 },
  );
  await send("under way");
  await vi.waitFor(() => expect(bodies()).toEqual(["under way"]));
  stack.mappings.update(view.uuid, { enabled: false });
  expect(stack.mappings.get(view.uuid)).toMatchObject({ state: "Disabling", running: 1 });
  await send("left");
  const deleted = stack.mappings.delete(view.uuid);
  writeFileSync(join(out, "go"), "");
  await deleted;
  expect(existsSync(join(out, "go"))).toBe(true);
  expect(stats()).toMatchObject({ visible: 1, inFlight: 0 });
  expect(bodies()).toEqual(["under way"]);
});
