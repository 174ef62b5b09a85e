import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { callSqs } from "../scripts/peers/sqs-http.ts";

/** The queues of one round. */
export interface DeadLetterQueues {
  endpoint: string;
  source: { name: string; url: string };
  deadLetters: { name: string; url: string };
}

const created = z.object({ QueueUrl: z.string() });
const attributes = z.object({ Attributes: z.record(z.string(), z.string()) });
const failures = z.object({ Failed: z.array(z.unknown()).nullish() });
const received = z.object({
  Messages: z
    .array(
      z.object({
        ReceiptHandle: z.string(),
        Body: z.string(),
        MessageAttributes: z.record(z.string(), z.record(z.string(), z.unknown())).nullish(),
      }),
    )
    .nullish(),
});

const SENDERS = 8;

/** Makes a queue with a dead-letter queue, and puts `count` messages with three attributes into the latter. */
export async function fillDeadLetters(endpoint: string, count: number): Promise<DeadLetterQueues> {
  const create = async (name: string, Attributes: Record<string, string> = {}) => {
    const { QueueUrl } = created.parse(await callSqs(endpoint, "CreateQueue", { QueueName: name, Attributes }));
    return { name, url: QueueUrl };
  };
  const deadLetters = await create("bench-dlq", { VisibilityTimeout: "300" });
  const { Attributes } = attributes.parse(
    await callSqs(endpoint, "GetQueueAttributes", { QueueUrl: deadLetters.url, AttributeNames: ["QueueArn"] }),
  );
  const policy = { deadLetterTargetArn: Attributes["QueueArn"], maxReceiveCount: 3 };
  const source = await create("bench", { RedrivePolicy: JSON.stringify(policy) });
  let next = 0;
  await Promise.all(
    Array.from({ length: SENDERS }, async () => {
      while (next < count) {
        const first = next;
        next += 10;
        const Entries = Array.from({ length: Math.min(10, count - first) }, (_, at) => ({
          Id: String(at),
          ...letter(first + at),
        }));
        refuseFailed(await callSqs(endpoint, "SendMessageBatch", { QueueUrl: deadLetters.url, Entries }));
      }
    }),
  );
  return { endpoint, source, deadLetters };
}

/** Body and attributes of the `n`-th message, each of them another one. */
function letter(n: number) {
  return {
    MessageBody: JSON.stringify({ order: n, prompt: "x".repeat(200) }),
    MessageAttributes: {
      tenant: { DataType: "String", StringValue: `tenant-${n}` },
      size: { DataType: "Number", StringValue: String(n) },
      digest: { DataType: "Binary", BinaryValue: createHash("sha256").update(String(n)).digest("base64") },
    },
  };
}

async function visible(endpoint: string, url: string): Promise<number> {
  const name = "ApproximateNumberOfMessages";
  const { Attributes } = attributes.parse(
    await callSqs(endpoint, "GetQueueAttributes", { QueueUrl: url, AttributeNames: [name] }),
  );
  return Number(Attributes[name]);
}

/**
 * Watches a move from its first receive to the last message in the source queue, so that the start of a process and its look
 * whether the queue is really empty count for nobody.
 *
 * @returns messages a second.
 * @throws Error when nothing more arrives for half a minute.
 */
export async function watchMove({ endpoint, source, deadLetters }: DeadLetterQueues, count: number): Promise<number> {
  let began = performance.now();
  let begun = false;
  let seen = 0;
  let news = began;
  for (;;) {
    const before = performance.now();
    begun ||= (await visible(endpoint, deadLetters.url)) < count;
    if (!begun) began = before;
    const arrived = await visible(endpoint, source.url);
    const now = performance.now();
    if (arrived >= count) return (count * 1000) / (now - began);
    if (arrived > seen) news = now;
    seen = arrived;
    if (now - news > 30_000) throw new Error(`The move stands still: ${arrived} of ${count} messages have arrived.`);
    await sleep(10);
  }
}

/** Empties the source queue. @returns how many messages came, and how many of them with all attributes as they were sent. */
export async function countKept({ endpoint, source }: DeadLetterQueues): Promise<{ came: number; kept: number }> {
  const bodies = new Set<string>();
  let kept = 0;
  await Promise.all(
    Array.from({ length: SENDERS }, async () => {
      for (;;) {
        const { Messages } = received.parse(
          await callSqs(endpoint, "ReceiveMessage", {
            QueueUrl: source.url,
            MaxNumberOfMessages: 10,
            WaitTimeSeconds: 0,
            MessageAttributeNames: ["All"],
          }),
        );
        if (!Messages?.length) return;
        for (const { Body, MessageAttributes } of Messages) {
          if (bodies.has(Body)) continue;
          bodies.add(Body);
          if (isKept(Body, MessageAttributes ?? {})) kept += 1;
        }
        const Entries = Messages.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle }));
        refuseFailed(await callSqs(endpoint, "DeleteMessageBatch", { QueueUrl: source.url, Entries }));
      }
    }),
  );
  return { came: bodies.size, kept };
}

function isKept(body: string, found: Record<string, Record<string, unknown>>): boolean {
  const { order } = z.object({ order: z.number() }).parse(JSON.parse(body));
  return Object.entries(letter(order).MessageAttributes).every(([name, sent]) =>
    Object.entries(sent).every(([member, value]) => found[name]?.[member] === value),
  );
}

function refuseFailed(answer: unknown): void {
  const { Failed } = failures.parse(answer);
  if (Failed?.length) throw new Error(`${Failed.length} entries of a batch failed.`);
}
