import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ChangeMessageVisibilityBatchCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ManualClock } from "../helpers/sqs-clock.ts";
import { type SqsStack, startSqs } from "../helpers/sqs.ts";

const MESSAGES = 120;
const CONCURRENCY = 4;
const RUNS = 2;

let stack: SqsStack;
let dir: string;
// The server's time runs as ours does, a day behind, and jumps when a lease is to end.
const clock = new ManualClock(Date.now() - 86_400_000);
let ticking: NodeJS.Timeout;
let moving = Promise.resolve();
/** One after the other: time does not go back. */
const advance = (ms: number) => (moving = moving.then(() => clock.advance(ms)));
beforeAll(async () => {
  ticking = setInterval(() => void advance(20), 20);
  dir = await mkdtemp(join(tmpdir(), "mover-"));
  stack = await startSqs({ clock });
});
afterAll(async () => {
  clearInterval(ticking);
  await stack.close();
  await rm(dir, { recursive: true, force: true });
});

async function createQueue(name: string, fifo: boolean): Promise<string> {
  const { QueueUrl = "" } = await stack.client.send(
    new CreateQueueCommand({
      QueueName: fifo ? `${name}.fifo` : name,
      Attributes: fifo ? { FifoQueue: "true" } : {},
    }),
  );
  return QueueUrl;
}

async function fill(QueueUrl: string, fifo: boolean): Promise<void> {
  for (let start = 0; start < MESSAGES; start += 10) {
    const Entries = Array.from({ length: 10 }, (_, index) => ({
      Id: String(index),
      MessageBody: `message ${start + index}`,
      MessageAttributes: {
        text: { DataType: "String.label", StringValue: "text" },
        number: { DataType: "Number", StringValue: String(start + index) },
        bytes: { DataType: "Binary.png", BinaryValue: Uint8Array.of(0, 255, start + index) },
      },
      MessageSystemAttributes: {
        AWSTraceHeader: { DataType: "String" as const, StringValue: `Root=${start + index}` },
      },
      ...(fifo
        ? { MessageGroupId: `group-${(start + index) % 7}`, MessageDeduplicationId: `original-${start + index}` }
        : {}),
    }));
    const { Failed = [] } = await stack.client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(Failed).toEqual([]);
  }
}

/** Takes everything that lies in a queue, in the order it comes. */
async function drain(QueueUrl: string): Promise<Message[]> {
  const all: Message[] = [];
  for (;;) {
    const { Messages = [] } = await stack.client.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ["All"],
        MessageSystemAttributeNames: ["All"],
      }),
    );
    if (Messages.length === 0) return all;
    all.push(...Messages);
    await stack.client.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
      }),
    );
  }
}

function startRun(source: string, destination: string, journal: string): ChildProcess & { text: () => string } {
  const args = [
    join(import.meta.dirname, "child.ts"),
    stack.endpoint,
    source,
    destination,
    journal,
    String(CONCURRENCY),
  ];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  return Object.assign(child, { text: () => text });
}

/** Runs the mover, killing it with SIGKILL after each of the given numbers of progress lines, until a run ends by itself. */
async function runKilled(source: string, destination: string, journal: string, killAfter: number[]) {
  for (const lines of killAfter) {
    const child = startRun(source, destination, journal);
    const exit = once(child, "exit");
    child.stdout?.on("data", () => {
      if (child.text().split("\n").length > lines) child.kill("SIGKILL");
    });
    await exit;
    // What the killed run had leased comes back when its leases end.
    await advance(130_000);
  }
  const child = startRun(source, destination, journal);
  await once(child, "exit");
  return JSON.parse(child.text().trim().split("\n").at(-1) ?? "") as {
    refused: unknown[];
    undeleted: number;
    perhapsTwice: number;
  };
}

describe.each([false, true])("fifo: %s", (fifo) => {
  test.each(Array.from({ length: RUNS }, (_, run) => run))(
    "a mover killed at any point and started again loses nothing, run %i",
    async (run) => {
      const name = `${fifo ? "f" : "s"}-${run}`;
      const [source, destination] = [await createQueue(`${name}-dlq`, fifo), await createQueue(name, fifo)];
      await fill(source, fifo);
      // Each run is killed elsewhere: from before the first line to the last ones.
      const killAfter = [1 + run, 1 + ((run * 5) % 9)];
      const end = await runKilled(source, destination, join(dir, name), killAfter);
      expect(end).toMatchObject({ refused: [], undeleted: 0 });
      await expect(stat(join(dir, name))).rejects.toThrow("ENOENT");

      expect(await drain(source)).toEqual([]);
      const moved = await drain(destination);
      const bodies = moved.map(({ Body }) => Body ?? "");
      expect(new Set(bodies)).toEqual(new Set(Array.from({ length: MESSAGES }, (_, index) => `message ${index}`)));
      const twice = bodies.length - MESSAGES;
      expect(twice).toBeLessThanOrEqual(fifo ? 0 : killAfter.length * CONCURRENCY * 10);
      for (const message of moved) {
        const index = Number(message.Body?.split(" ")[1]);
        expect(message.MessageAttributes).toMatchObject({
          text: { DataType: "String.label", StringValue: "text" },
          number: { DataType: "Number", StringValue: String(index) },
          bytes: { DataType: "Binary.png", BinaryValue: Uint8Array.of(0, 255, index) },
        });
        expect(message.Attributes?.AWSTraceHeader).toBe(`Root=${index}`);
        if (!fifo) continue;
        expect(message.Attributes?.MessageGroupId).toBe(`group-${index % 7}`);
        expect(message.MessageAttributes?.["ai-pipeline.original-deduplication-id"]?.StringValue).toBe(
          `original-${index}`,
        );
      }
      if (fifo) {
        const order = Map.groupBy(moved, ({ Attributes }) => Attributes?.MessageGroupId);
        for (const messages of order.values()) {
          const numbers = messages.map(({ Body }) => Number(Body?.split(" ")[1]));
          expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
        }
      }
    },
    60_000,
  );
});

test("a message that is leased elsewhere is not lost", async () => {
  const [source, destination] = [await createQueue("leased-dlq", false), await createQueue("leased", false)];
  await fill(source, false);
  const { Messages = [] } = await stack.client.send(
    new ReceiveMessageCommand({ QueueUrl: source, MaxNumberOfMessages: 10, VisibilityTimeout: 600 }),
  );
  const end = await runKilled(source, destination, join(dir, "leased"), []);
  expect(end.undeleted).toBe(0);
  await stack.client.send(
    new ChangeMessageVisibilityBatchCommand({
      QueueUrl: source,
      Entries: Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle, VisibilityTimeout: 0 })),
    }),
  );
  expect(await drain(source)).toHaveLength(10);
  expect(await drain(destination)).toHaveLength(MESSAGES - 10);
});
