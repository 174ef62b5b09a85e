import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateQueueCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../src/contract/clock.ts";
import type { EntryFailure, QueuePort } from "../../src/contract/queue.ts";
import { createJournal } from "../../src/lib/mover/journal.ts";
import type { MoveCounts, MoveRequest } from "../../src/lib/mover/move.ts";
import { moveMessages } from "../../src/lib/mover/mover.ts";
import { queuePortOf } from "../helpers/queue-port.ts";
import { type SqsStack, startSqs } from "../helpers/sqs.ts";

/* The real queue behind a port that fails as services do. */

const MESSAGES = 60;
const busy: EntryFailure = { code: "ThrottlingException", message: "slow down", retryable: true };

let stack: SqsStack;
let dir: string;
let queue: QueuePort;
let source: string;
let destination: string;
let next = 0;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "mover-"));
  stack = await startSqs();
  queue = queuePortOf(stack.client);
});
afterAll(async () => {
  await stack.close();
  await rm(dir, { recursive: true, force: true });
});
beforeEach(async () => {
  const create = async (QueueName: string) =>
    (await stack.client.send(new CreateQueueCommand({ QueueName }))).QueueUrl ?? "";
  next++;
  [source, destination] = [await create(`q${next}-dlq`), await create(`q${next}`)];
  for (let start = 0; start < MESSAGES; start += 10) {
    const Entries = Array.from({ length: 10 }, (_, index) => ({ Id: `${index}`, MessageBody: `m${start + index}` }));
    await stack.client.send(new SendMessageBatchCommand({ QueueUrl: source, Entries }));
  }
});

/** Moves through a port with some of its parts replaced. @returns the last counts and what lies where. */
async function move(changes: Partial<QueuePort>, request: Partial<MoveRequest> = {}) {
  const journal = await createJournal(join(dir, `j${next}`), { source, destination, startedAt: new Date() });
  let last: MoveCounts | undefined;
  for await (last of moveMessages({
    source,
    destination,
    fifo: false,
    concurrency: 3,
    ...request,
    queue: { ...queue, ...changes },
    journal,
    clock: systemClock,
    random: () => 0.01,
    signal: new AbortController().signal,
  }));
  await journal.close();
  return { counts: last, source: await bodies(source), destination: await bodies(destination) };
}

async function bodies(QueueUrl: string): Promise<string[]> {
  const all: string[] = [];
  for (;;) {
    const { Messages = [] } = await stack.client.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 600 }),
    );
    if (Messages.length === 0) break;
    all.push(...Messages.map(({ Body }) => Body ?? ""));
  }
  await stack.client.send(new PurgeQueueCommand({ QueueUrl }));
  return all.toSorted();
}

const everything = Array.from({ length: MESSAGES }, (_, index) => `m${index}`).toSorted();

test("entries that a busy service refuses are sent again, and only those", async () => {
  let calls = 0;
  const result = await move({
    async send(url, entries) {
      // Every other entry of every other call.
      const refused = calls++ % 2 === 0 ? new Set(entries.filter((_, index) => index % 2 === 0)) : new Set();
      const kept = entries.filter((entry) => !refused.has(entry));
      const answers = kept.length > 0 ? await queue.send(url, kept) : [];
      return entries.map((entry) => (refused.has(entry) ? { failure: busy } : (answers.shift() ?? { failure: busy })));
    },
  });
  expect(result.counts).toMatchObject({ moved: MESSAGES, refused: [], undeleted: 0, perhapsTwice: 0 });
  expect(result).toMatchObject({ source: [], destination: everything });
});

test("what the destination refuses for good stays in the source, and is named", async () => {
  const result = await move({
    async send(url, entries) {
      const bad = entries.findIndex(({ body }) => body === "m7");
      const answers = await queue.send(
        url,
        entries.filter((_, index) => index !== bad),
      );
      if (bad >= 0)
        answers.splice(bad, 0, { failure: { code: "InvalidMessageContents", message: "no", retryable: false } });
      return answers;
    },
  });
  expect(result.counts?.refused).toMatchObject([{ reason: "InvalidMessageContents: no" }]);
  expect(result).toMatchObject({ source: ["m7"], destination: everything.filter((body) => body !== "m7") });
});

test("an answer that is lost after the send leaves a copy at most, and says so", async () => {
  let lost = false;
  const result = await move({
    async send(url, entries) {
      const answers = await queue.send(url, entries);
      if (lost) return answers;
      lost = true;
      throw new Error("socket hang up");
    },
  });
  expect(result.source).toEqual([]);
  expect([...new Set(result.destination)]).toEqual(everything);
  expect(result.destination.length - MESSAGES).toBe(10);
  expect(result.counts?.perhapsTwice).toBe(10);
});

test("a service that does not come back ends the move; nothing is lost and nothing is there twice", async () => {
  let calls = 0;
  const moving = move({
    async send(url, entries) {
      if (calls++ > 2) throw new Error("connect ECONNREFUSED");
      return queue.send(url, entries);
    },
  });
  await expect(moving).rejects.toThrow("ECONNREFUSED");
  const all = [...(await bodies(source)), ...(await bodies(destination))];
  expect(all.toSorted()).toEqual(everything);
});

test("deletions that fail for a moment are tried again", async () => {
  let calls = 0;
  const result = await move({
    async remove(url, leases) {
      if (calls++ % 2 === 0) return leases.map(() => ({ failure: busy }));
      return queue.remove(url, leases);
    },
  });
  expect(result).toMatchObject({ source: [], destination: everything });
});

test("the selected ones go, up to the limit; all others stay and are free again", async () => {
  const result = await move({}, { select: ({ body }) => body.endsWith("3"), limit: 4 });
  // How many it saw of those that stay hangs on how its lanes interleave.
  expect(result.counts).toMatchObject({ moved: 4, left: expect.any(Number) });
  expect(result.counts?.left).toBeLessThanOrEqual(MESSAGES - 4);
  expect(result.destination).toHaveLength(4);
  expect(result.destination.every((body) => body.endsWith("3"))).toBe(true);
  expect([...result.source, ...result.destination].toSorted()).toEqual(everything);
});
