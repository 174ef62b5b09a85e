import type { Clock } from "../../contract/clock.ts";
import { isMarked } from "../../contract/consumption.ts";
import { PipelineError } from "../../contract/errors.ts";
import type { DeadLetterStatus, QueueStatus, StatusShown } from "../../contract/operations/status.ts";
import type { StageClient } from "../../contract/ports.ts";
import { type Figure, isUnknown, type QueueSettings } from "../../contract/status.ts";
import { timeToDrain } from "./drain.ts";
import { taskFigures } from "./figures.ts";
import { outageSurvival } from "./outage.ts";
import { paced } from "./paced.ts";

/** Records that a look reads at most. */
export const RECORDS = 10_000;

/** CloudWatch has a datum a minute, and every look at it is paid for. */
const METRICS_REST_MS = 30_000;

export interface LookOptions {
  windowMs: number;
  clock: Clock;
  signal: AbortSignal;
}

/**
 * @returns looks at everything, once a call. What cannot be read is unknown with its reason, and hides nothing else. What is
 * read from many records, or paid for, is read less often than asked for.
 */
export function createLook(
  { inspector, queue, outputs, ref, mark }: StageClient,
  { windowMs, clock, signal }: LookOptions,
): () => Promise<StatusShown> {
  const { queueUrl, deadLetterQueueUrl } = outputs;
  const names = { main: lastSegment(queueUrl), dead: lastSegment(deadLetterQueueUrl) };
  // A stack that is not the cloud itself measures as it goes, and asks for nothing.
  const metricsRest = ref.endpoint === undefined ? METRICS_REST_MS : 0;
  const oldest = paced(() => queue.oldest([names.main, names.dead]), clock, metricsRest);
  const counts = paced((now: number) => inspector.functions(now - windowMs, now), clock, metricsRest);
  const figures = paced(
    async ({ now, keptMs }: { now: number; keptMs: number }) => {
      const since = now - windowMs;
      // A task cannot wait longer than its message is kept: nothing older ends in the window, but what was redriven.
      const from = since - keptMs;
      const found = await inspector.tasks({ since, from, limit: RECORDS, signal });
      return taskFigures(found, { since, until: now }, found.from === from);
    },
    clock,
    0,
  );

  return async () => {
    const now = clock.now();
    const [main, dead, ages, settings, deadSettings, worker, functions] = await Promise.all([
      read(() => queue.stats(queueUrl)),
      read(() => queue.stats(deadLetterQueueUrl)),
      read(() => oldest(undefined)),
      read(() => inspector.queue(queueUrl)),
      read(() => inspector.queue(deadLetterQueueUrl)),
      read(() => inspector.worker()),
      read(() => counts(now)),
    ]);
    const [consumers, tasks] = await Promise.all([
      isUnknown(settings) ? settings : read(() => inspector.consumers(settings.id)),
      read(() => figures({ now, keptMs: isUnknown(settings) ? windowMs : settings.retentionMs })),
    ]);
    const depth = isUnknown(main) ? main : withAge(main, names.main, ages);
    return {
      type: "status",
      at: now,
      ref,
      windowMs,
      queue: depth,
      deadLetterQueue: isUnknown(dead) ? dead : withExpiry(withAge(dead, names.dead, ages), deadSettings, now),
      consumers,
      ...(isMarked(mark) ? { consumption: mark } : {}),
      tasks,
      functions,
      drain: timeToDrain(depth, consumers, tasks),
      outage: isUnknown(settings) ? settings : isUnknown(worker) ? worker : outageSurvival(settings, worker),
    };
  };
}

async function read<T>(reading: () => Promise<T>): Promise<Figure<T>> {
  try {
    return await reading();
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    return { unknown: error.message };
  }
}

function withAge(
  stats: Omit<QueueStatus, "name">,
  name: string,
  ages: Figure<ReadonlyMap<string, number>>,
): QueueStatus {
  if (stats.visible + stats.inFlight + stats.delayed === 0) return { name, ...stats };
  if (isUnknown(ages)) return { name, ...stats, oldestMs: ages };
  const seconds = ages.get(name);
  const none = { unknown: "nobody measured the age of its messages in the last 15 minutes" };
  return { name, ...stats, oldestMs: seconds === undefined ? none : seconds * 1000 };
}

function withExpiry(letters: QueueStatus, settings: Figure<QueueSettings>, now: number): DeadLetterStatus {
  const { oldestMs } = letters;
  if (oldestMs === undefined) return letters;
  if (isUnknown(oldestMs)) return { ...letters, firstExpiry: oldestMs };
  if (isUnknown(settings)) return { ...letters, firstExpiry: settings };
  return { ...letters, firstExpiry: new Date(now - oldestMs + settings.retentionMs).toISOString() };
}

const lastSegment = (url: string) => url.slice(url.lastIndexOf("/") + 1);
