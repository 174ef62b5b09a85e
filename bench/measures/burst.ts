import { SendMessageBatchCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { type BenchContext, type Measure, rowsOrSkip } from "../context.ts";
import type { HandlerLog } from "../handler-log.ts";
import { createNoopFunction, WORKERS } from "../noop-function.ts";
import { MINISTACK, startMiniStack } from "../../scripts/peers/ministack.ts";
import { makeProject, startBareStack, startDev } from "../peers/ours.ts";
import { SERVERLESS_OFFLINE, startServerlessOffline } from "../peers/serverless-offline.ts";
import { startWorkerProject } from "../peers/worker-project.ts";
import { formatSeries, summarise } from "../stats.ts";
import type { Row } from "../table.ts";

const WHAT = `burst of no-op tasks, ${WORKERS} workers, batch size 1`;
const TARGET = 900;

/** A queue with workers behind it. */
interface Workers {
  sqs: SQSClient;
  queueUrl: string;
  log: HandlerLog;
  /** @returns a message's body, by which the log will name its start. */
  body(index: number): string;
  close(): Promise<void>;
}

/** How many tasks a second a stack works off. */
export const burst: Measure = {
  name: "burst",
  async run(context) {
    const rounds = context.quick ? 1 : 5;
    const many = context.quick ? 300 : 3000;
    const few = context.quick ? 50 : 500;
    const bare = async (starting: Promise<{ endpoint: string; close(): Promise<void> }>): Promise<Workers> => {
      const server = await starting;
      const noop = await createNoopFunction(context, server.endpoint);
      return { ...noop, body: (index) => `message-${index}`, close: () => closing(noop, server) };
    };
    const offline = async (): Promise<Workers> => {
      const { noop, close } = await startServerlessOffline(context);
      return { ...noop, body: (index) => `message-${index}`, close: () => closing(noop, { close }) };
    };
    const measure = (subject: string, tasks: number, start: () => Promise<Workers>, judged = false) =>
      rowsOrSkip(WHAT, subject, () => measureOne(context, subject, { rounds, tasks, start, judged }));
    const dev = async () => startDev(context, await makeProject(context));
    return {
      title: "Burst",
      method: `From the first \`SendMessageBatch\` (ten messages each, as fast as the client can) to the start of the last handler, on the machine's monotonic clock, after a small burst that starts the workers. ${rounds} fresh stacks; ${many} tasks each, ${few} on the peers. With \`defineWorker\` each task is also leased, recorded, answered and told of, which is ten or so calls to the local stack.`,
      rows: [
        ...(await measure("ai-pipeline dev (SQLite), bare handler", many, () => bare(dev()), true)),
        ...(await measure(
          "ai-pipeline, bare services (memory), bare handler",
          many,
          () => bare(startBareStack(context, "memory")),
          true,
        )),
        ...(await measure("ai-pipeline dev (SQLite), defineWorker", few, () => startWorkerProject(context))),
        ...(await measure(`${MINISTACK} (memory), bare handler`, few, () => bare(startMiniStack(context)))),
        ...(await measure(SERVERLESS_OFFLINE, few, offline)),
      ],
    };
  },
};

interface Plan {
  rounds: number;
  tasks: number;
  start(): Promise<Workers>;
  judged: boolean;
}

async function measureOne(
  context: BenchContext,
  subject: string,
  { rounds, tasks, start, judged }: Plan,
): Promise<Row[]> {
  const rates: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const workers = await start();
    try {
      await send(workers, 0, WORKERS * 4);
      const startedAt = await send(workers, WORKERS * 4, tasks);
      const starts = [...workers.log.starts.values()];
      const last = starts.reduce((latest, at) => (at > latest ? at : latest), startedAt);
      rates.push(tasks / (Number(last - startedAt) / 1e9));
    } finally {
      await workers.close();
    }
  }
  const series = summarise(rates);
  const value = `${formatSeries(series)} tasks/s`;
  context.log(`${subject}: ${value}`);
  if (!judged) return [{ what: WHAT, subject, value }];
  return [{ what: WHAT, subject, value, target: `${TARGET} tasks/s`, met: series.median >= TARGET }];
}

/** Sends tasks and waits until each has reached a handler. @returns when the first was sent, in ns. */
async function send({ sqs, queueUrl, log, body }: Workers, from: number, count: number): Promise<bigint> {
  const startedAt = process.hrtime.bigint();
  let next = from;
  const sender = async () => {
    while (next < from + count) {
      const first = next;
      next += 10;
      const size = Math.min(10, from + count - first);
      const Entries = Array.from({ length: size }, (_, index) => ({
        Id: String(index),
        MessageBody: body(first + index),
      }));
      const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
      if (Failed.length > 0) throw new Error(`${Failed.length} messages were refused: ${Failed[0]?.Message}`);
    }
  };
  await Promise.all(Array.from({ length: 4 }, sender));
  await log.waitFor(from + count);
  return startedAt;
}

async function closing(noop: { destroy(): void }, server: { close(): Promise<void> }): Promise<void> {
  noop.destroy();
  await server.close();
}
