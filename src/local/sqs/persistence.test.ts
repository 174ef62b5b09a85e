import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import * as SDK from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "../../../test/helpers/sqs-clock.ts";
import { type SqsStack, startSqs } from "../../../test/helpers/sqs.ts";
import { SqsEngine } from "./engine.ts";
import { md5 } from "./md5.ts";
import { ensureQueue } from "./provision.ts";
import { SqliteStore } from "./sqlite-store.ts";

let dir: string;
let clock: ManualClock;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "sqs-"));
  clock = new ManualClock();
});
afterEach(() => rm(dir, { recursive: true }));

const start = () => startSqs({ dir, clock });
const send = (stack: SqsStack, queue: string, MessageBody: string, more: Partial<SDK.SendMessageCommandInput> = {}) =>
  stack.client.send(
    new SDK.SendMessageCommand({ QueueUrl: `${stack.endpoint}/000000000000/${queue}`, MessageBody, ...more }),
  );
const receive = async (stack: SqsStack, queue: string, more: Partial<SDK.ReceiveMessageCommandInput> = {}) =>
  (
    await stack.client.send(
      new SDK.ReceiveMessageCommand({
        QueueUrl: `${stack.endpoint}/000000000000/${queue}`,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ["All"],
        MessageSystemAttributeNames: ["All"],
        ...more,
      }),
    )
  ).Messages ?? [];

describe("a restart", () => {
  it("keeps queues with their attributes and tags", async () => {
    {
      await using stack = await start();
      await stack.client.send(
        new SDK.CreateQueueCommand({ QueueName: "q", Attributes: { VisibilityTimeout: "7" }, tags: { team: "a" } }),
      );
      stack.sqs.createQueue("dropped");
      await stack.client.send(new SDK.DeleteQueueCommand({ QueueUrl: `${stack.endpoint}/000000000000/dropped` }));
    }
    await using stack = await start();
    const QueueUrl = `${stack.endpoint}/000000000000/q`;
    expect(stack.sqs.names()).toEqual(["q"]);
    expect((await stack.client.send(new SDK.ListQueueTagsCommand({ QueueUrl }))).Tags).toEqual({ team: "a" });
    const { Attributes } = await stack.client.send(
      new SDK.GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }),
    );
    expect(Attributes).toMatchObject({ VisibilityTimeout: "7", CreatedTimestamp: String(clock.now() / 1000) });
  });

  it("keeps messages whole, in the state and with the deadline they had, and their receipt handles valid", async () => {
    let sent: SDK.SendMessageCommandOutput;
    let handle: string | undefined;
    {
      await using stack = await start();
      stack.sqs.createQueue("q");
      sent = await send(stack, "q", "seen", {
        MessageAttributes: {
          b: { DataType: "Binary", BinaryValue: Uint8Array.of(9) },
          n: { DataType: "Number", StringValue: "1" },
        },
        MessageSystemAttributes: { AWSTraceHeader: { DataType: "String", StringValue: "Root=1" } },
        MessageGroupId: "tenant",
      });
      await receive(stack, "q", { VisibilityTimeout: 0 });
      await send(stack, "q", "deleted");
      await send(stack, "q", "flying");
      await send(stack, "q", "late", { DelaySeconds: 60 });
      const messages = await receive(stack, "q", { VisibilityTimeout: 30 });
      const by = (body: string) => messages.find(({ Body }) => Body === body)?.ReceiptHandle;
      const QueueUrl = `${stack.endpoint}/000000000000/q`;
      await stack.client.send(new SDK.DeleteMessageCommand({ QueueUrl, ReceiptHandle: by("deleted") }));
      await stack.client.send(
        new SDK.ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: by("seen"), VisibilityTimeout: 0 }),
      );
      handle = by("flying");
    }
    await using stack = await start();
    expect(stack.sqs.stats("q")).toEqual({ visible: 1, inFlight: 1, delayed: 1, oldestAgeMs: 0 });
    const [seen] = await receive(stack, "q");
    expect(seen).toMatchObject({
      MessageId: sent.MessageId,
      Body: "seen",
      MD5OfBody: sent.MD5OfMessageBody,
      MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
      MessageAttributes: { b: { BinaryValue: Uint8Array.of(9) } },
      Attributes: { ApproximateReceiveCount: "3", AWSTraceHeader: "Root=1", MessageGroupId: "tenant" },
    });
    await clock.advance(29_999);
    expect(stack.sqs.stats("q")).toMatchObject({ inFlight: 2 });
    stack.sqs.source("q")?.delete(handle ?? "");
    expect(stack.sqs.stats("q")).toMatchObject({ inFlight: 1 });
    await clock.advance(30_001);
    expect((await receive(stack, "q")).map(({ Body }) => Body)).toEqual(expect.arrayContaining(["late", "seen"]));
  });

  it("keeps a message visible that was delivered twice for a fault", async () => {
    {
      await using stack = await startSqs({ dir, clock, faults: { duplicateDelivery: () => true } });
      stack.sqs.createQueue("q");
      await send(stack, "q", "twice");
      expect(await receive(stack, "q", { VisibilityTimeout: 30 })).toHaveLength(1);
      expect(stack.sqs.stats("q")).toMatchObject({ visible: 1, inFlight: 0, delayed: 0 });
    }
    await using stack = await start();
    expect(stack.sqs.stats("q")).toMatchObject({ visible: 1, inFlight: 0, delayed: 0 });
    expect((await receive(stack, "q")).map(({ Body }) => Body)).toEqual(["twice"]);
  });

  it("keeps dead letters' origin, FIFO order and the deduplication window", async () => {
    const fifo = { FifoQueue: "true", ContentBasedDeduplication: "true" };
    {
      await using stack = await start();
      const { arn } = stack.sqs.createQueue("dlq.fifo", fifo);
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: 1 });
      stack.sqs.createQueue("q.fifo", { ...fifo, RedrivePolicy });
      await send(stack, "q.fifo", "dead", { MessageGroupId: "g" });
      await receive(stack, "q.fifo", { VisibilityTimeout: 0 });
      await receive(stack, "q.fifo");
      for (const body of ["1", "2", "3"]) await send(stack, "q.fifo", body, { MessageGroupId: "g" });
    }
    await using stack = await start();
    const [dead] = await receive(stack, "dlq.fifo");
    expect(dead?.Attributes).toMatchObject({
      DeadLetterQueueSourceArn: "arn:aws:sqs:us-east-1:000000000000:q.fifo",
      ApproximateReceiveCount: "2",
    });
    await send(stack, "q.fifo", "1", { MessageGroupId: "g" });
    expect((await receive(stack, "q.fifo")).map(({ Body }) => Body)).toEqual(["1", "2", "3"]);
  });

  it("goes on with a move task", async () => {
    {
      await using stack = await start();
      const { arn } = stack.sqs.createQueue("dlq");
      stack.sqs.createQueue("q", { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: 1 }) });
      for (let index = 0; index < 6; index += 1) await send(stack, "dlq", String(index));
      await stack.client.send(
        new SDK.StartMessageMoveTaskCommand({
          SourceArn: arn,
          DestinationArn: "arn:aws:sqs:us-east-1:000000000000:q",
          MaxNumberOfMessagesPerSecond: 1,
        }),
      );
      await clock.advance(2000);
      expect(stack.sqs.stats("q")).toMatchObject({ visible: 2 });
    }
    await using stack = await start();
    await clock.advance(4000);
    expect(stack.sqs.stats("q")).toMatchObject({ visible: 6 });
    expect(stack.sqs.stats("dlq")).toMatchObject({ visible: 0 });
    const { Results } = await stack.client.send(
      new SDK.ListMessageMoveTasksCommand({ SourceArn: "arn:aws:sqs:us-east-1:000000000000:dlq" }),
    );
    expect(Results).toMatchObject([{ Status: "COMPLETED", ApproximateNumberOfMessagesMoved: 6 }]);
  });

  it("forgets what was purged, deduplication ids too, and keeps what came after", async () => {
    {
      await using stack = await start();
      const { url } = stack.sqs.createQueue("q.fifo", { FifoQueue: "true" });
      const ids = { MessageGroupId: "g", MessageDeduplicationId: "same" };
      await send(stack, "q.fifo", "before", ids);
      await stack.client.send(new SDK.PurgeQueueCommand({ QueueUrl: url }));
      await send(stack, "q.fifo", "after", ids);
    }
    await using stack = await start();
    expect((await receive(stack, "q.fifo")).map(({ Body }) => Body)).toEqual(["after"]);
  });
});

describe("the store", () => {
  it("has nothing more to write once it has written", async () => {
    const database = new DatabaseSync(join(dir, "own.db"));
    const store = new SqliteStore(database, () => {});
    const context = { clock, speed: 1, region: "us-east-1", accountId: "000000000000" };
    const engine = new SqsEngine(context, store);
    engine.send(ensureQueue(engine, "q", {}), { body: "x", bodyMd5: md5("x"), senderId: "s" });
    expect(store.committed()).toBeDefined();
    await store.committed();
    expect(store.committed()).toBeUndefined();
    engine.close();
  });
});

describe("a killed process", () => {
  it("has lost nothing that was acknowledged", async () => {
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL("../../../test/helpers/sqs-child.ts", import.meta.url)), dir],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    const [line] = await once(child.stdout, "data");
    const endpoint = String(line).trim();
    const client = new SDK.SQSClient({
      endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
      maxAttempts: 1,
    });
    const QueueUrl = `${endpoint}/000000000000/q`;
    await client.send(new SDK.CreateQueueCommand({ QueueName: "q" }));
    const acknowledged: string[] = [];
    const deleted: string[] = [];
    const work = async (name: string) => {
      for (let index = 0; ; index += 1) {
        await client.send(new SDK.SendMessageCommand({ QueueUrl, MessageBody: `${name}-${index}` }));
        acknowledged.push(`${name}-${index}`);
        if (index % 3 !== 0) continue;
        const { Messages } = await client.send(new SDK.ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 0 }));
        const [message] = Messages ?? [];
        if (!message) continue;
        // Asked for is enough: whether the answer arrived or not, it may be gone.
        deleted.push(message.Body ?? "");
        await client.send(new SDK.DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
        if (acknowledged.length > 200 && child.exitCode === null) child.kill("SIGKILL");
      }
    };
    await Promise.allSettled(["a", "b", "c", "d"].map(work));
    client.destroy();
    expect(acknowledged.length).toBeGreaterThan(200);

    await using stack = await startSqs({ dir });
    const found = new Set<string>();
    for (let messages = await receive(stack, "q"); messages.length > 0; messages = await receive(stack, "q")) {
      for (const { Body } of messages) found.add(Body ?? "");
    }
    expect(acknowledged.filter((body) => !found.has(body) && !deleted.includes(body))).toEqual([]);
  });
});

describe("a full disk", () => {
  it("fails the request, says so once, and writes what is pending when there is room again", async () => {
    {
      await using stack = await start();
      stack.sqs.createQueue("q");
      await send(stack, "q", "fits");
      const pages = (limit: string) => stack.database.exec(`PRAGMA max_page_count = ${limit}`);
      pages(String(Object.values(stack.database.prepare("PRAGMA page_count").get() ?? {})[0]));
      await expect(send(stack, "q", "x".repeat(500_000))).rejects.toMatchObject({
        name: "ServiceUnavailable",
        $metadata: { httpStatusCode: 503 },
      });
      expect(stack.events).toMatchObject([
        { type: "warning", message: expect.stringMatching(/full.*Free some space/) },
      ]);
      pages("1000000");
      await send(stack, "q", "again");
    }
    await using stack = await start();
    expect((await receive(stack, "q")).map(({ Body }) => Body?.length)).toEqual([4, 500_000, 5]);
  });
});
