import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { setTimeout as sleep } from "node:timers/promises";
import { type BenchContext, type Measure, rowsOrSkip } from "../context.ts";
import { createNoopFunction, type NoopFunction } from "../noop-function.ts";
import { MINISTACK, startMiniStack } from "../../scripts/peers/ministack.ts";
import { makeProject, startBareStack, startDev } from "../peers/ours.ts";
import { SERVERLESS_OFFLINE, startServerlessOffline } from "../peers/serverless-offline.ts";
import { callSqs } from "../../scripts/peers/sqs-http.ts";
import { formatSeries, percentile, summarise } from "../stats.ts";
import type { Row } from "../table.ts";

const WHAT = "SendMessage to handler start, p50 and p95";
/** Who sends: the client most people use, and the least that a client can be. */
const CLIENTS = [
  {
    name: "AWS SDK",
    judged: true,
    send: ({ sqs, queueUrl }: NoopFunction, body: string): Promise<unknown> =>
      sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body })),
  },
  {
    name: "bare HTTP",
    judged: false,
    send: ({ queueUrl }: NoopFunction, body: string): Promise<unknown> =>
      callSqs(new URL(queueUrl).origin, "SendMessage", { QueueUrl: queueUrl, MessageBody: body }),
  },
];
type Client = (typeof CLIENTS)[number];
const TARGETS = { p50: 2, p95: 5 };

/** A running stack with a no-op function behind a queue. */
interface Started {
  noop: NoopFunction;
  close(): Promise<void>;
}

/** How long a message takes from the client's call to the first line of a warm handler. */
export const sendToHandler: Measure = {
  name: "send-to-handler",
  async run(context) {
    const rounds = context.quick ? 1 : 5;
    const messages = context.quick ? 50 : 200;
    const on = async (starting: Promise<{ endpoint: string; close(): Promise<void> }>): Promise<Started> => {
      const server = await starting;
      return { noop: await createNoopFunction(context, server.endpoint), close: server.close };
    };
    const measure = (subject: string, start: () => Promise<Started>, judged = false) =>
      rowsOrSkip(WHAT, subject, () => measureOne(context, subject, { rounds, messages, start, judged }));
    return {
      title: "From SendMessage to the handler",
      method: `From just before the SDK's \`SendMessage\` call to the handler's first line, on the machine's monotonic clock; so the client's own request counts. A no-op Node handler behind a mapping of batch size 1, warm; ${rounds} fresh stacks, on each ${messages} messages by each client, one after another with random pauses. Spread is that of the rounds.`,
      rows: [
        ...(await measure(
          "ai-pipeline dev (SQLite)",
          async () => on(startDev(context, await makeProject(context))),
          true,
        )),
        ...(await measure("ai-pipeline, bare services (memory)", () => on(startBareStack(context, "memory")), true)),
        ...(await measure(`${MINISTACK} (memory)`, () => on(startMiniStack(context)))),
        ...(await measure(SERVERLESS_OFFLINE, () => startServerlessOffline(context))),
      ],
    };
  },
};

interface Plan {
  rounds: number;
  messages: number;
  start(): Promise<Started>;
  judged: boolean;
}

async function measureOne(
  context: BenchContext,
  subject: string,
  { rounds, messages, start, judged }: Plan,
): Promise<Row[]> {
  const rounded = CLIENTS.map((client) => ({ client, p50s: [] as number[], p95s: [] as number[] }));
  for (let round = 0; round < rounds; round += 1) {
    const { noop, close } = await start();
    try {
      for (const { client, p50s, p95s } of rounded) {
        const times = await oneByOne(noop, client, messages);
        p50s.push(percentile(times, 0.5));
        p95s.push(percentile(times, 0.95));
      }
    } finally {
      noop.destroy();
      await close();
    }
  }
  return rounded.map(({ client, p50s, p95s }) => {
    const [p50, p95] = [summarise(p50s), summarise(p95s)];
    const value = `${formatSeries(p50, 2)} and ${formatSeries(p95, 2)} ms`;
    context.log(`${subject}, ${client.name}: ${value}`);
    const row = { what: `${WHAT}, ${client.name}`, subject, value };
    if (!judged || !client.judged) return row;
    const met = p50.median <= TARGETS.p50 && p95.median <= TARGETS.p95;
    return { ...row, target: `${TARGETS.p50} and ${TARGETS.p95} ms`, met };
  });
}

/** @returns milliseconds of each message, after some that warm client, server and handler. */
async function oneByOne(noop: NoopFunction, client: Client, messages: number): Promise<number[]> {
  const warmUp = 30;
  const times: number[] = [];
  noop.log.forget();
  for (let index = 0; index < warmUp + messages; index += 1) {
    const body = `${client.name.replace(" ", "-")}-${index}`;
    const sentAt = process.hrtime.bigint();
    await client.send(noop, body);
    await noop.log.waitFor(index + 1);
    const startedAt = noop.log.starts.get(body);
    if (startedAt === undefined) throw new Error(`The handler never saw ${body}.`);
    if (index >= warmUp) times.push(Number(startedAt - sentAt) / 1e6);
    // Out of step with whoever polls.
    await sleep(Math.random() * 20);
  }
  return times;
}
