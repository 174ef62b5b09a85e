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
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { describe, expect, onTestFinished, test } from "vitest";

const MESSAGES = 120;
const CONCURRENCY = 4;

/** A server, and how time goes on it. */
export interface ChaosServer {
  client: SQSClient;
  endpoint: string;
  /** What the mover's leases are divided by there; where leases end in real time, nobody can wait for minutes. */
  leaseDivisor: number;
  /** Lets the leases of a killed run end. */
  endLeases(): Promise<void>;
}

/**
 * Movers killed with SIGKILL at any point of their work and started again, on standard and FIFO queues: nothing is lost, little
 * is there twice, attributes and order are kept.
 *
 * @param runs kills of another point each: a few in CI, hundreds by MOVER_CHAOS_RUNS.
 */
export function moverChaos(server: () => ChaosServer, runs = Number(process.env["MOVER_CHAOS_RUNS"] ?? 2)): void {
  describe.each([false, true])("fifo: %s", (fifo) => {
    test.each(Array.from({ length: runs }, (_, run) => run))(
      "a mover killed at any point and started again loses nothing, run %i",
      async (run) => {
        const name = `${fifo ? "f" : "s"}-${run}`;
        const { client } = server();
        const [source, destination] = [
          await createQueue(client, `${name}-dlq`, fifo),
          await createQueue(client, name, fifo),
        ];
        await fill(client, source, fifo);
        const journal = await journalPath();
        // Each run is killed elsewhere: from before the first line to the last ones.
        const killAfter = [(1 + run) % 31, 1 + ((run * 5) % 9)];
        const end = await runKilled(server(), { source, destination, journal, killAfter });
        expect(end).toMatchObject({ refused: [], undeleted: 0 });
        await expect(stat(journal)).rejects.toThrow("ENOENT");

        expect(await drain(client, source)).toEqual([]);
        const moved = await drain(client, destination);
        const bodies = moved.map(({ Body }) => Body ?? "");
        expect(new Set(bodies)).toEqual(new Set(Array.from({ length: MESSAGES }, (_, index) => `message ${index}`)));
        expect(bodies.length - MESSAGES).toBeLessThanOrEqual(fifo ? 0 : killAfter.length * CONCURRENCY * 10);
        for (const message of moved) expectKept(message, fifo);
        if (fifo) expectOrder(moved);
      },
      120_000,
    );
  });

  test("a message that is leased elsewhere is not lost", async () => {
    const { client } = server();
    const [source, destination] = [
      await createQueue(client, "leased-dlq", false),
      await createQueue(client, "leased", false),
    ];
    await fill(client, source, false);
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: source, MaxNumberOfMessages: 10, VisibilityTimeout: 600 }),
    );
    const journal = await journalPath();
    const end = await runKilled(server(), { source, destination, journal, killAfter: [] });
    expect(end.undeleted).toBe(0);
    await client.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl: source,
        Entries: Messages.map(({ ReceiptHandle }, index) => ({
          Id: String(index),
          ReceiptHandle,
          VisibilityTimeout: 0,
        })),
      }),
    );
    expect(await drain(client, source)).toHaveLength(10);
    expect(await drain(client, destination)).toHaveLength(MESSAGES - 10);
  });
}

async function journalPath(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "mover-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return join(dir, "journal");
}

async function createQueue(client: SQSClient, name: string, fifo: boolean): Promise<string> {
  const { QueueUrl = "" } = await client.send(
    new CreateQueueCommand({
      QueueName: fifo ? `${name}.fifo` : name,
      Attributes: fifo ? { FifoQueue: "true" } : {},
    }),
  );
  return QueueUrl;
}

async function fill(client: SQSClient, QueueUrl: string, fifo: boolean): Promise<void> {
  for (let start = 0; start < MESSAGES; start += 10) {
    const Entries = Array.from({ length: 10 }, (_, index) => ({
      Id: String(index),
      MessageBody: `message ${start + index}`,
      MessageAttributes: attributesOf(start + index),
      MessageSystemAttributes: {
        AWSTraceHeader: { DataType: "String" as const, StringValue: `Root=${start + index}` },
      },
      ...(fifo
        ? { MessageGroupId: `group-${(start + index) % 7}`, MessageDeduplicationId: `original-${start + index}` }
        : {}),
    }));
    const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(Failed).toEqual([]);
  }
}

const attributesOf = (index: number) => ({
  text: { DataType: "String.label", StringValue: "text" },
  number: { DataType: "Number", StringValue: String(index) },
  bytes: { DataType: "Binary.png", BinaryValue: Uint8Array.of(0, 255, index) },
});

const indexOf = ({ Body }: Message) => Number(Body?.split(" ")[1]);

function expectKept(message: Message, fifo: boolean): void {
  const index = indexOf(message);
  expect(message.MessageAttributes).toMatchObject(attributesOf(index));
  expect(message.Attributes?.AWSTraceHeader).toBe(`Root=${index}`);
  if (!fifo) return;
  expect(message.Attributes?.MessageGroupId).toBe(`group-${index % 7}`);
  expect(message.MessageAttributes?.["ai-pipeline.original-deduplication-id"]?.StringValue).toBe(`original-${index}`);
}

function expectOrder(moved: Message[]): void {
  for (const messages of Map.groupBy(moved, ({ Attributes }) => Attributes?.MessageGroupId).values()) {
    const numbers = messages.map(indexOf);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  }
}

/** Takes everything that lies in a queue, in the order it comes. */
async function drain(client: SQSClient, QueueUrl: string): Promise<Message[]> {
  const all: Message[] = [];
  for (;;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ["All"],
        MessageSystemAttributeNames: ["All"],
      }),
    );
    if (Messages.length === 0) return all;
    all.push(...Messages);
    await client.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
      }),
    );
  }
}

interface KilledRuns {
  source: string;
  destination: string;
  journal: string;
  /** After so many lines of progress each run is killed; one more then ends by itself. */
  killAfter: number[];
}

interface LastCounts {
  refused: unknown[];
  undeleted: number;
  perhapsTwice: number;
}

async function runKilled(server: ChaosServer, { killAfter, ...move }: KilledRuns): Promise<LastCounts> {
  for (const lines of killAfter) {
    const child = startRun(server, move);
    const exit = once(child, "exit");
    if (lines === 0) child.once("spawn", () => child.kill("SIGKILL"));
    child.stdout?.on("data", () => {
      if (child.text().split("\n").length > lines) child.kill("SIGKILL");
    });
    await exit;
    await server.endLeases();
  }
  const child = startRun(server, move);
  await once(child, "exit");
  return JSON.parse(child.text().trim().split("\n").at(-1) ?? "") as LastCounts;
}

function startRun(
  { endpoint, leaseDivisor }: ChaosServer,
  { source, destination, journal }: Omit<KilledRuns, "killAfter">,
): ChildProcess & { text: () => string } {
  const numbers = [String(CONCURRENCY), String(leaseDivisor)];
  const args = [join(import.meta.dirname, "child.ts"), endpoint, source, destination, journal, ...numbers];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  return Object.assign(child, { text: () => text });
}
