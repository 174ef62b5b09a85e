import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { type BenchContext, type Measure, rowsOrSkip } from "../context.ts";
import { ELASTICMQ, startElasticMq } from "../peers/elasticmq.ts";
import { MINISTACK, startMiniStack } from "../peers/ministack.ts";
import { makeProject, startBareStack, startDev } from "../peers/ours.ts";
import type { RunningServer } from "../server.ts";
import { residentMegabytes } from "../spawn.ts";
import { formatSeries, summarise } from "../stats.ts";
import type { Row } from "../table.ts";

const WHAT = "process start to first SQS answer; resident memory a second later";
/** Milliseconds. */
const READY_TARGET = 300;
/** Megabytes. */
const MEMORY_TARGET = 90;
const readyLine = z.object({ type: z.literal("ready"), ms: z.number() });

interface Sample {
  answeredMs: number;
  megabytes: number;
  /** What `dev` itself says it took. */
  saidMs?: number;
}

/** How long until a local stack answers, and what it holds of memory then, its children not counted. */
export const stackReady: Measure = {
  name: "stack-ready",
  async run(context) {
    const rounds = context.quick ? 2 : 20;
    const kept = await makeProject(context);
    const rows = [
      ...(await measure(
        context,
        "ai-pipeline dev, state of an earlier run",
        rounds,
        () => startDev(context, kept),
        true,
      )),
      ...(await measure(
        context,
        "ai-pipeline dev, first run",
        rounds,
        async () => startDev(context, await makeProject(context)),
        true,
      )),
      ...(await measure(
        context,
        "ai-pipeline, bare services from source",
        rounds,
        () => startBareStack(context, "memory"),
        false,
      )),
      ...(await measure(context, MINISTACK, rounds, () => startMiniStack(context), false)),
      ...(await measure(context, ELASTICMQ, Math.ceil(rounds / 2), () => startElasticMq(context), false)),
    ];
    return {
      title: "Local stack ready",
      method: `A real ListQueues call every 5 ms from the start of the process, the same for all. \`dev\` runs the template minimal with SQLite state, so it also loads the project's configuration and makes its resources; ${rounds} rounds, ElasticMQ half of them. Resident memory (VmRSS) is of the server's own process, in 10^6 bytes.`,
      rows,
    };
  },
};

async function measure(
  context: BenchContext,
  subject: string,
  rounds: number,
  start: () => Promise<RunningServer>,
  judged: boolean,
): Promise<Row[]> {
  return rowsOrSkip(WHAT, subject, async () => {
    const samples: Sample[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const sample = await take(await start());
      // The first round fills caches.
      if (round > 0) samples.push(sample);
    }
    const answered = summarise(samples.map(({ answeredMs }) => answeredMs));
    const memory = summarise(samples.map(({ megabytes }) => megabytes));
    const said = samples.flatMap(({ saidMs }) => (saidMs === undefined ? [] : [saidMs]));
    const own = said.length > 0 ? ` (its ready line says ${formatSeries(summarise(said))} ms)` : "";
    const value = `${formatSeries(answered)} ms${own}; ${formatSeries(memory)} MB`;
    context.log(`${subject}: ${value}`);
    if (!judged) return [{ what: WHAT, subject, value }];
    const met = answered.median <= READY_TARGET && memory.median < MEMORY_TARGET;
    return [{ what: WHAT, subject, value, target: `${READY_TARGET} ms, under ${MEMORY_TARGET} MB`, met }];
  });
}

async function take(server: RunningServer): Promise<Sample> {
  try {
    await sleep(1000);
    const megabytes = residentMegabytes(server.pid) ?? Number.NaN;
    const first = server.stdout().split("\n", 1)[0] ?? "";
    const said = first.startsWith("{") ? readyLine.safeParse(JSON.parse(first)) : undefined;
    return { answeredMs: server.answeredMs, megabytes, ...(said?.success ? { saidMs: said.data.ms } : {}) };
  } finally {
    await server.close();
  }
}
