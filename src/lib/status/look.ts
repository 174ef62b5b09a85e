import { isMarked } from "../../contract/consumption.ts";
import { PipelineError } from "../../contract/errors.ts";
import type { DeadLetterStatus, QueueStatus, StatusShown } from "../../contract/operations/status.ts";
import type { StageClient } from "../../contract/ports.ts";
import { type Figure, isUnknown, type QueueSettings } from "../../contract/status.ts";
import { timeToDrain } from "./drain.ts";
import { taskFigures } from "./figures.ts";
import { outageSurvival } from "./outage.ts";

/** Records that a look reads at most. */
export const RECORDS = 10_000;

/** Looks at everything once. What cannot be read is unknown with its reason, and hides nothing else. */
export async function look(
  { inspector, queue, outputs, ref, mark }: StageClient,
  { windowMs, now, signal }: { windowMs: number; now: number; signal: AbortSignal },
): Promise<StatusShown> {
  const since = now - windowMs;
  const { queueUrl, deadLetterQueueUrl } = outputs;
  const names = { main: lastSegment(queueUrl), dead: lastSegment(deadLetterQueueUrl) };
  const [main, dead, ages, settings, deadSettings, worker, functions] = await Promise.all([
    read(() => queue.stats(queueUrl)),
    read(() => queue.stats(deadLetterQueueUrl)),
    read(() => queue.oldest([names.main, names.dead])),
    read(() => inspector.queue(queueUrl)),
    read(() => inspector.queue(deadLetterQueueUrl)),
    read(() => inspector.worker()),
    read(() => inspector.functions(since, now)),
  ]);
  const [consumers, tasks] = await Promise.all([
    isUnknown(settings) ? settings : read(() => inspector.consumers(settings.id)),
    read(async () => {
      // A task cannot wait longer than its message is kept: nothing older ends in the window, but what was redriven.
      const from = since - (isUnknown(settings) ? windowMs : settings.retentionMs);
      const found = await inspector.tasks({ since, from, limit: RECORDS, signal });
      return taskFigures(found, since, found.from === from);
    }),
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
    drain: timeToDrain(depth, consumers, tasks, now),
    outage: isUnknown(settings) ? settings : isUnknown(worker) ? worker : outageSurvival(settings, worker),
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
