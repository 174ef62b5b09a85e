import { join } from "node:path";
import { type BenchContext, type Measure, rowsOrSkip } from "../context.ts";
import { countKept, type DeadLetterQueues, fillDeadLetters, watchMove } from "../dead-letters.ts";
import { installFromNpm, NPM_TOOLS } from "../peers/npm-tools.ts";
import { cliOf, startBareStack } from "../peers/ours.ts";
import { type Finished, runMeasured } from "../process.ts";
import { formatSeries, type Series, summarise } from "../stats.ts";
import type { Row } from "../table.ts";
import { ELASTICMQ, startElasticMq } from "../../scripts/peers/elasticmq.ts";
import type { RunningServer } from "../../scripts/peers/server.ts";

const LOOPS = 16;
const RAW = `a loop by the AWS SDK, ${LOOPS} at a time`;
const OURS = "ai-pipeline dlq redrive, its own mover";
const NATIVE = "ai-pipeline dlq redrive, the service's move task";
/** Where not all are to go, the service cannot move them. */
const OWN_MOVER = ["--limit", "1000000"];
const TARGETS = { shareOfRaw: 0.9, ownEngine: 5000, inspectMs: 5000, inspectMegabytes: 150 };

/** One way to move everything; the arguments follow Node's. */
interface Subject {
  name: string;
  command(queues: DeadLetterQueues): Promise<{ args: string[]; env?: Record<string, string> }>;
  /** What it must have said of itself. */
  says?: RegExp;
}

/** How soon dead letters are back in their queue, and what is left of them. */
export const redrive: Measure = {
  name: "redrive",
  async run(context) {
    const count = context.quick ? 1000 : 10_000;
    const servers = [
      { name: ELASTICMQ, start: () => startElasticMq(context), isOurs: false },
      { name: "our engine, memory", start: () => startBareStack(context, "memory"), isOurs: true },
    ];
    const rows: Row[] = [];
    for (const server of servers) {
      const what = `redrive of ${count.toLocaleString("en-US")} on ${server.name}`;
      const medians = new Map<string, number>();
      for (const subject of subjects(context)) {
        rows.push(
          ...(await rowsOrSkip(what, subject.name, async () => {
            const { rates, came, kept } = await moveOften(context, server.start, subject, count);
            medians.set(subject.name, rates.median);
            context.log(`${what}, ${subject.name}: ${formatSeries(rates)} msg/s`);
            const value = `${formatSeries(rates)} msg/s; ${share(kept, came)} with all attributes`;
            const judged = subject.name === OURS ? judge(server.isOurs, medians, came === kept) : {};
            return [{ what, subject: subject.name, value, ...judged }];
          })),
        );
      }
    }
    rows.push(...(await memory(context)), ...(await inspect(context)));
    return {
      title: "Dead letters",
      method: `Messages of some 230 bytes with a String, a Number and a Binary attribute, moved from a dead-letter queue to its source; \`--limit\` makes ours use its own mover, which writes each message into its journal before it deletes it. Messages a second from the first receive to the last message in the source, asked every 10 ms, so that nobody's start counts; ${rounds(context)} fresh servers each. lumigo-cli (${LOOPS} pollers) is pointed at the server by a preloaded file. Memory is the highest of the command's own process (VmHWM).`,
      rows,
    };
  },
};

const rounds = ({ quick }: BenchContext) => (quick ? 1 : 3);

function subjects(context: BenchContext): Subject[] {
  const { spec, bin } = NPM_TOOLS.lumigo;
  const ours = (name: string, mover: string, more: string[]): Subject => ({
    name,
    command: async (queues) => ({ args: [cliOf(context), ...redriveArgs(queues), ...more] }),
    says: new RegExp(`"type":"mover","by":"${mover}"`),
  });
  return [
    {
      name: RAW,
      async command({ endpoint, deadLetters, source }) {
        const script = join(context.root, "bench", "peers", "raw-loop.ts");
        return { args: [script, endpoint, deadLetters.url, source.url, String(LOOPS)] };
      },
    },
    {
      name: `${spec} replay-sqs-dlq`,
      async command({ endpoint, deadLetters, source }) {
        const dir = await installFromNpm(context, [spec]);
        const preload = join(context.root, "bench", "peers", "lumigo-local.ts");
        const names = ["--dlqQueueName", deadLetters.name, "--targetName", source.name];
        const flags = [...names, "--region", "us-east-1", "--concurrency", String(LOOPS)];
        return {
          args: ["--import", preload, join(dir, "node_modules", ".bin", bin), "replay-sqs-dlq", ...flags],
          env: { BENCH_ENDPOINT: endpoint, SKIP_VERSION_CHECK: "1" },
        };
      },
    },
    ours(OURS, "client", OWN_MOVER),
    ours(NATIVE, "service", []),
  ];
}

const redriveArgs = ({ endpoint, deadLetters }: DeadLetterQueues) => [
  "dlq",
  "redrive",
  "--queue",
  deadLetters.name,
  "--endpoint-url",
  endpoint,
  "--region",
  "us-east-1",
  "--yes",
  "--json",
];

async function moveOften(
  context: BenchContext,
  start: () => Promise<RunningServer>,
  subject: Subject,
  count: number,
): Promise<{ rates: Series; came: number; kept: number }> {
  const rates: number[] = [];
  let came = 0;
  let kept = 0;
  for (let round = 0; round < rounds(context); round += 1) {
    const server = await start();
    try {
      const queues = await fillDeadLetters(server.endpoint, count);
      const { args, env } = await subject.command(queues);
      const run = runMeasured(args, { cwd: context.scratch, ...(env ? { env } : {}) });
      const [rate, { stdout }] = await Promise.all([watchMove(queues, count), run]);
      if (subject.says && !subject.says.test(stdout)) throw new Error(`${subject.name} was not what moved them.`);
      rates.push(rate);
      const found = await countKept(queues);
      came += found.came;
      kept += found.kept;
      if (found.came !== count) throw new Error(`${subject.name} moved ${found.came} of ${count} messages.`);
    } finally {
      await server.close();
    }
  }
  return { rates: summarise(rates), came, kept };
}

function judge(isOurs: boolean, medians: Map<string, number>, allKept: boolean): Pick<Row, "target" | "met"> {
  const mine = medians.get(OURS) ?? 0;
  if (isOurs)
    return {
      target: `${TARGETS.ownEngine.toLocaleString("en-US")} msg/s, all attributes`,
      met: mine >= TARGETS.ownEngine && allKept,
    };
  const raw = (medians.get(RAW) ?? Infinity) * TARGETS.shareOfRaw;
  const lumigo = medians.get(`${NPM_TOOLS.lumigo.spec} replay-sqs-dlq`) ?? 0;
  return {
    target: "90% of the loop, ahead of lumigo-cli, all attributes",
    met: mine >= raw && mine > lumigo && allKept,
  };
}

/** Whether a move of twenty times as many takes more memory. */
async function memory(context: BenchContext): Promise<Row[]> {
  const rows: Row[] = [];
  for (const count of context.quick ? [1000] : [10_000, 200_000]) {
    const { peakMegabytes } = await onOurs(context, count, async (queues) => {
      const args = [cliOf(context), ...redriveArgs(queues), ...OWN_MOVER];
      return runMeasured(args, { cwd: context.scratch });
    });
    const what = `memory at most, redrive of ${count.toLocaleString("en-US")}`;
    rows.push({ what, subject: OURS, value: `${Math.round(peakMegabytes)} MB` });
  }
  return rows;
}

/** How soon a person sees why they are there. */
async function inspect(context: BenchContext): Promise<Row[]> {
  const count = context.quick ? 1000 : 10_000;
  const { ms, peakMegabytes } = await onOurs(context, count, async ({ endpoint, deadLetters }) => {
    const flags = ["--queue", deadLetters.name, "--endpoint-url", endpoint, "--region", "us-east-1", "--json"];
    return runMeasured([cliOf(context), "dlq", "inspect", ...flags], { cwd: context.scratch });
  });
  return [
    {
      what: `all of ${count.toLocaleString("en-US")} looked at and grouped`,
      subject: "ai-pipeline dlq inspect, our engine",
      value: `${(ms / 1000).toFixed(1)} s, ${Math.round(peakMegabytes)} MB at most`,
      target: "5 s, 150 MB",
      met: ms <= TARGETS.inspectMs && peakMegabytes <= TARGETS.inspectMegabytes,
    },
  ];
}

async function onOurs(
  context: BenchContext,
  count: number,
  work: (queues: DeadLetterQueues) => Promise<Finished>,
): Promise<Finished> {
  const server = await startBareStack(context, "memory");
  try {
    return await work(await fillDeadLetters(server.endpoint, count));
  } finally {
    await server.close();
  }
}

function share(kept: number, came: number): string {
  return kept === came ? "all" : `${kept.toLocaleString("en-US")} of ${came.toLocaleString("en-US")}`;
}
