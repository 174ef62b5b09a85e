import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { createClient, isTerminal, type PipelineClient, type TaskStatus } from "../../src/client/index.ts";
import { type RunningServer, untilFirstLine } from "../../scripts/peers/server.ts";
import type { BenchContext } from "../context.ts";
import { makeProject, startDev } from "../peers/ours.ts";

export interface SoakPlan {
  tasks: number;
  followers: number;
}

/** What became of the tasks. */
export interface SoakOutcome {
  completed: number;
  deadlettered: number;
  /** Failed attempts, of which there would be none without faults. */
  failedAttempts: number;
  /** First submit to the last task's end, the restart in it. */
  seconds: number;
  /** Followers that were told every event in order, to the end. */
  told: number;
}

/** A third of the model's calls fail, each in one of three ways. */
const FAULTS = ["model:429=0.1", "model:5xx=0.1", "model:cut=0.1"].flatMap((fault) => ["--fault", fault]);
const FLAGS = [...FAULTS, "--seed", "1", "--speed", "60"];
const CONFIG = `import { defineConfig } from "ai-pipeline";

export default defineConfig({ app: "bench", worker: { maxConcurrency: 10 }, queue: { backoff: { base: 0, max: 0 } } });
`;
const SENDERS = 16;
const PAGE = 100;
/** Nothing has ended for so long: what is left will not. */
const STALLED_MS = 180_000;

const readyLine = z.object({ token: z.string(), socketUrl: z.string() });

/**
 * Sends tasks through the whole pipeline, kills `dev` when half of them were accepted, starts it again, and looks at every
 * one of them. @throws Error for a task that is lost, has no end or two, or has a gap in its timeline.
 */
export async function soakPipeline(context: BenchContext, { tasks, followers }: SoakPlan): Promise<SoakOutcome> {
  const dir = await makeProject(context, { "ai-pipeline.config.ts": CONFIG });
  let dev = await startDev(context, dir, FLAGS);
  const leaving = new AbortController();
  try {
    const client = await connect(dev);
    const ids = Array.from({ length: tasks }, (_, index) => `soak-${String(index).padStart(8, "0")}`);
    const began = performance.now();
    const following: Promise<boolean>[] = [];
    const submit = async (mine: string[]) => {
      for (const taskId of mine) {
        await client.submit({ taskId, prompt: `What is a dead-letter queue? ${taskId}` });
        if (following.length < followers) following.push(isToldAll(client, taskId, leaving.signal));
      }
    };
    await inParallel(ids.slice(0, tasks / 2), submit);
    process.kill(dev.pid, "SIGKILL");
    await dev.close();
    dev = await startDev(context, dir, FLAGS, Number(new URL(dev.endpoint).port));
    await inParallel(ids.slice(tasks / 2), submit);
    const ended = await untilEnded(client, tasks);
    const seconds = (performance.now() - began) / 1000;
    const told = (await Promise.all(following)).filter(Boolean).length;
    let failedAttempts = 0;
    await inParallel(ids, async (mine) => {
      for (const taskId of mine) {
        const failed = await checkTimeline(client, taskId);
        failedAttempts += failed;
      }
    });
    return {
      completed: [...ended.values()].filter((status) => status === "completed").length,
      deadlettered: [...ended.values()].filter((status) => status === "deadlettered").length,
      failedAttempts,
      seconds,
      told,
    };
  } finally {
    leaving.abort();
    await dev.close();
  }
}

async function connect(dev: RunningServer): Promise<PipelineClient> {
  const { token, socketUrl } = readyLine.parse(JSON.parse((await untilFirstLine(dev)).text));
  return createClient({ url: dev.endpoint, token, socketUrl });
}

/** @returns whether the follower saw a timeline without a gap and its end. */
async function isToldAll(client: PipelineClient, taskId: string, signal: AbortSignal): Promise<boolean> {
  let last = 0;
  let end = false;
  for await (const event of client.follow(taskId, { signal })) {
    if (!("seq" in event)) continue;
    if (end || event.seq !== last + 1) return false;
    last = event.seq;
    end = isTerminal(event);
  }
  return end;
}

/** @returns every task's status, once all have ended. */
async function untilEnded(client: PipelineClient, tasks: number): Promise<Map<string, TaskStatus>> {
  const ended = new Map<string, TaskStatus>();
  for (let stalled = Date.now() + STALLED_MS; ; await sleep(1000)) {
    const before = ended.size;
    for (const status of ["completed", "deadlettered"] as const) {
      for (let cursor: string | undefined; ;) {
        const page = await client.list({ status, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
        for (const { taskId } of page.tasks) ended.set(taskId, status);
        cursor = page.cursor;
        if (cursor === undefined) break;
      }
    }
    if (ended.size === tasks) return ended;
    if (ended.size > before) stalled = Date.now() + STALLED_MS;
    if (Date.now() > stalled) throw new Error(`Only ${ended.size} of ${tasks} tasks came to an end.`);
  }
}

/** @returns how many of its attempts failed. */
async function checkTimeline(client: PipelineClient, taskId: string): Promise<number> {
  const { events } = await client.events(taskId);
  const gap = events.findIndex(({ seq }, index) => seq !== index + 1);
  if (gap >= 0) throw new Error(`The timeline of ${taskId} has a gap before its event ${gap + 1}.`);
  const ends = events.filter(isTerminal).length;
  if (ends !== 1) throw new Error(`The task ${taskId} ended ${ends} times.`);
  return events.filter(({ type }) => type === "failed").length;
}

async function inParallel(ids: readonly string[], work: (mine: string[]) => Promise<void>): Promise<void> {
  await Promise.all(
    Array.from({ length: SENDERS }, (_, lane) => work(ids.filter((_id, index) => index % SENDERS === lane))),
  );
}
