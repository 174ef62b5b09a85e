import { setTimeout as sleep } from "node:timers/promises";
import { type BenchContext, type Measure, rowsOrSkip } from "../context.ts";
import { ELASTICMQ, startElasticMq } from "../../scripts/peers/elasticmq.ts";
import { MINISTACK, startMiniStack } from "../../scripts/peers/ministack.ts";
import { makeProject, startBareStack, startDev } from "../peers/ours.ts";
import { type RunningServer, untilFirstLine } from "../../scripts/peers/server.ts";
import { residentMegabytes } from "../../scripts/peers/spawn.ts";
import { formatSeries, summarise } from "../stats.ts";
import type { Row } from "../table.ts";

const READY = { what: "process start to ready", unit: "ms", limit: 300, target: "300 ms" };
const MEMORY = { what: "memory when ready", unit: "MB", limit: 90, target: "90 MB" };
const IDLE = { what: "memory 3 s later", unit: "MB", limit: 90, target: "90 MB" };

interface Subject {
  name: string;
  rounds: number;
  start(): Promise<RunningServer>;
  /** `dev` is ready when it says so, which is after its first answer. */
  dev: boolean;
}

interface Sample {
  readyMs: number;
  memory: number;
  idle: number;
}

/** How long until a local stack is ready, and what it holds of memory, its children not counted. */
export const stackReady: Measure = {
  name: "stack-ready",
  async run(context) {
    const rounds = context.quick ? 2 : 20;
    const kept = await makeProject(context);
    const subjects: Subject[] = [
      {
        name: "ai-pipeline dev, state of an earlier run",
        rounds,
        start: () => startDev(context, kept),
        dev: true,
      },
      {
        name: "ai-pipeline dev, first run",
        rounds,
        start: async () => startDev(context, await makeProject(context)),
        dev: true,
      },
      {
        name: "ai-pipeline, bare services from source",
        rounds,
        start: () => startBareStack(context, "memory"),
        dev: false,
      },
      { name: MINISTACK, rounds, start: () => startMiniStack(context), dev: false },
      { name: ELASTICMQ, rounds: Math.ceil(rounds / 2), start: () => startElasticMq(context), dev: false },
    ];
    const rows: Row[] = [];
    for (const subject of subjects)
      rows.push(...(await rowsOrSkip(READY.what, subject.name, () => measure(context, subject))));
    return {
      title: "Local stack ready",
      method: `From the start of the process: to the ready line of \`dev --headless --json\`, which comes after its first answer; of the others to the first answer to a real ListQueues call, asked every 5 ms of all. \`dev\` runs the template minimal with SQLite state, so it also reads the project's configuration and makes its resources. Memory is VmRSS of the server's own process in 10^6 bytes, without children; after it is ready, \`dev\` bundles the worker, follows all tasks and watches the queues. ${rounds} rounds, ElasticMQ half of them.`,
      rows,
    };
  },
};

async function measure(context: BenchContext, { name, rounds, start, dev }: Subject): Promise<Row[]> {
  const samples: Sample[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const sample = await take(await start(), dev);
    // The first round fills caches.
    if (round > 0) samples.push(sample);
  }
  const kinds = [
    { ...READY, values: samples.map(({ readyMs }) => readyMs) },
    { ...MEMORY, values: samples.map(({ memory }) => memory) },
    { ...IDLE, values: samples.map(({ idle }) => idle) },
  ];
  return kinds.map(({ what, unit, limit, target, values }) => {
    const series = summarise(values);
    const value = `${formatSeries(series)} ${unit}`;
    context.log(`${name}, ${what}: ${value}`);
    const row = { what, subject: name, value };
    return dev ? { ...row, target, met: series.median <= limit } : row;
  });
}

async function take(server: RunningServer, dev: boolean): Promise<Sample> {
  try {
    const readyMs = dev ? (await untilFirstLine(server)).atMs : server.answeredMs;
    const memory = megabytes(server);
    await sleep(3000);
    return { readyMs, memory, idle: megabytes(server) };
  } finally {
    await server.close();
  }
}

function megabytes({ pid, name }: RunningServer): number {
  const value = residentMegabytes(pid);
  if (value === undefined) throw new Error(`The memory of ${name} cannot be read here: there is no /proc.`);
  return value;
}
