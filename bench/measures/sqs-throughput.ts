import { z } from "zod";
import { type BenchContext, type Measure, rowsOrSkip } from "../context.ts";
import { ELASTICMQ, startElasticMq } from "../../scripts/peers/elasticmq.ts";
import { startFauxqs } from "../peers/fauxqs.ts";
import { MINISTACK, startMiniStack } from "../../scripts/peers/ministack.ts";
import { startBareStack } from "../peers/ours.ts";
import type { RunningServer } from "../../scripts/peers/server.ts";
import { callSqs } from "../../scripts/peers/sqs-http.ts";
import { formatSeries, summarise } from "../stats.ts";
import type { Row } from "../table.ts";

const WHAT = "SQS: batch send, receive+delete, single send";
const CONCURRENCY = 8;
const BODY = JSON.stringify({
  taskId: "0f8b2c54-7d1a-4b60-9f3e-2f1f6f6f9a10",
  userId: "bench",
  prompt: "x".repeat(60),
});

const queue = z.object({ QueueUrl: z.string() });
const received = z.object({ Messages: z.array(z.object({ ReceiptHandle: z.string() })).nullish() });
const batch = z.object({ Failed: z.array(z.unknown()).nullish() });

/** Messages a second. */
interface Rates {
  batchSend: number;
  receiveDelete: number;
  singleSend: number;
}

const KINDS = ["batchSend", "receiveDelete", "singleSend"] as const;

/** What the queue engine does behind its endpoint, without the SDK's own cost. */
export const sqsThroughput: Measure = {
  name: "sqs-throughput",
  async run(context) {
    const rounds = context.quick ? 1 : 5;
    const subjects: { name: string; start(): Promise<RunningServer>; peer?: string }[] = [
      { name: "fauxqs 2.4.1, memory", start: () => startFauxqs(context, "memory") },
      { name: "ai-pipeline, memory", start: () => startBareStack(context, "memory"), peer: "fauxqs 2.4.1, memory" },
      { name: "fauxqs 2.4.1, SQLite", start: () => startFauxqs(context, "sqlite") },
      { name: "ai-pipeline, SQLite", start: () => startBareStack(context, "sqlite"), peer: "fauxqs 2.4.1, SQLite" },
      { name: `${MINISTACK}, memory`, start: () => startMiniStack(context) },
      { name: `${ELASTICMQ}, memory`, start: () => startElasticMq(context) },
    ];
    const medians = new Map<string, Rates>();
    const rows: Row[] = [];
    for (const { name, start, peer } of subjects) {
      const target = peer === undefined ? undefined : medians.get(peer);
      rows.push(
        ...(await rowsOrSkip(WHAT, name, async () => {
          const samples: Rates[] = [];
          for (let round = 0; round < rounds; round += 1) samples.push(await measureOne(context, await start()));
          const [batchSend, receiveDelete, singleSend] = KINDS.map((kind) =>
            summarise(samples.map((rates) => rates[kind])),
          );
          if (!batchSend || !receiveDelete || !singleSend) throw new Error("No rates.");
          const median = {
            batchSend: batchSend.median,
            receiveDelete: receiveDelete.median,
            singleSend: singleSend.median,
          };
          medians.set(name, median);
          const value = `${[batchSend, receiveDelete, singleSend].map((series) => formatSeries(series)).join("; ")} msg/s`;
          context.log(`${name}: ${value}`);
          const row: Row = { what: WHAT, subject: name, value };
          if (!target) return [row];
          const met = KINDS.every((kind) => median[kind] >= target[kind]);
          return [{ ...row, target: "the peer's at the same durability", met }];
        })),
      );
    }
    return {
      title: "SQS throughput",
      method: `The JSON protocol over ${CONCURRENCY} kept connections without an SDK, bodies of ${BODY.length} bytes, batches of ten, after half as many that warm it up; ${rounds} fresh servers each, in processes of their own. SQLite is WAL with \`synchronous=NORMAL\` for both, which a killed process survives (fauxqs's default is FULL; it was set to ours).`,
      rows,
    };
  },
};

async function measureOne({ quick }: BenchContext, server: RunningServer): Promise<Rates> {
  const many = quick ? 1000 : 10_000;
  const single = quick ? 300 : 3000;
  const { endpoint } = server;
  try {
    const { QueueUrl } = queue.parse(
      await callSqs(endpoint, "CreateQueue", { QueueName: "bench", Attributes: { VisibilityTimeout: "300" } }),
    );
    const Entries = Array.from({ length: 10 }, (_, index) => ({ Id: String(index), MessageBody: BODY }));
    const sendBatch = async () => {
      refuseFailed(await callSqs(endpoint, "SendMessageBatch", { QueueUrl, Entries }));
      return Entries.length;
    };
    const receiveDelete = async () => {
      const { Messages } = received.parse(
        await callSqs(endpoint, "ReceiveMessage", { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
      );
      if (!Messages?.length) return 0;
      const handles = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      refuseFailed(await callSqs(endpoint, "DeleteMessageBatch", { QueueUrl, Entries: handles }));
      return Messages.length;
    };
    const sendOne = async () => {
      await callSqs(endpoint, "SendMessage", { QueueUrl, MessageBody: BODY });
      return 1;
    };
    // Both engines are still being compiled in the first thousands of calls.
    await rate(many / 2, sendBatch);
    await rate(many / 2, receiveDelete);
    await rate(single / 2, sendOne);
    await rate(single / 2, receiveDelete);
    return {
      batchSend: await rate(many, sendBatch),
      receiveDelete: await rate(many, receiveDelete),
      singleSend: await rate(single, sendOne),
    };
  } finally {
    await server.close();
  }
}

/** Runs a call on all connections until it has handled `total` messages. @returns messages a second. */
async function rate(total: number, call: () => Promise<number>): Promise<number> {
  let handled = 0;
  let empty = 0;
  const startedAt = performance.now();
  let lastAt = startedAt;
  const worker = async () => {
    while (handled < total) {
      const count = await call();
      handled += count;
      if (count > 0) lastAt = performance.now();
      else if ((empty += 1) > 50) throw new Error(`Only ${handled} of ${total} messages came.`);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return handled / ((lastAt - startedAt) / 1000);
}

function refuseFailed(answer: unknown): void {
  const { Failed } = batch.parse(answer);
  if (Failed?.length) throw new Error(`${Failed.length} entries of a batch failed.`);
}
