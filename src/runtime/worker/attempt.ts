import type { Task } from "../../contract/task.ts";
import type { Logger } from "../log/logger.ts";
import { metricLines, type AttemptMetrics } from "../log/metrics.ts";
import { totalCost } from "../model/prices.ts";
import { createUsageCounter, type UsageCounter } from "../model/usage.ts";
import { tellEnd, type EndParts } from "../outbox/tell-end.ts";
import type { Teller } from "../outbox/teller.ts";
import type { AttemptRef, AttemptWrite, ClaimDecision, StoredRecord } from "../store/index.ts";
import { retryDelay } from "./backoff.ts";
import { classify, type ErrorFacts } from "./classify.ts";
import { createDeadline, withinSignal } from "./deadline.ts";
import { TransientError } from "./errors.ts";
import type { LambdaContext } from "./lambda.ts";
import type { WorkerParts } from "./parts.ts";
import { storeResult } from "./result.ts";
import type { WorkerContext } from "./context.ts";
import { createTaskContext } from "./task-context.ts";
import { toTaskError } from "./task-error.ts";
import { watchAttempt } from "./watch.ts";

export interface AttemptParts {
  parts: WorkerParts;
  lambda: LambdaContext;
  teller: Teller;
  log: Logger;
  end: EndParts;
  /** Checks the task and does the user's work. */
  work(context: WorkerContext): Promise<unknown>;
}

/** What becomes of the message: deleted, or kept; then visible again after so many seconds (absent: as it is). */
export type Disposal = { outcome: "delete" } | { outcome: "keep"; visibleIn?: number };

type Stored = Awaited<ReturnType<typeof storeResult>>;
type Performance = { ok: true; stored: Stored } | { ok: false; facts: ErrorFacts };

/** The task was taken from this attempt. */
class TaskLost extends TransientError {
  constructor(status: string) {
    super(status === "cancelled" ? "The task was cancelled." : "Another attempt has taken the task over.");
    this.name = "TaskLost";
  }
}

/** Followers of a task that goes on are told for so long before the function returns. */
const TELL_MS = 2_000;

/** Runs one attempt from its claim to its end, and tells everyone. */
export async function runAttempt(
  task: Task,
  claim: Extract<ClaimDecision, { outcome: "run" }>,
  own: AttemptParts,
): Promise<Disposal> {
  const { parts, teller, lambda, log } = own;
  const { clock, settings } = parts;
  const { record, events } = claim.transition;
  const { generation, attempt, fence } = record;
  const ref: AttemptRef = { taskId: task.taskId, generation, attempt, fence };
  const usage = createUsageCounter(record.usage);
  const startedAt = clock.now();
  teller.begin(generation, attempt);
  teller.tell(events);

  const performance = await perform(task, ref, record, claim.isReplay, usage, own);
  const durationMs = clock.now() - startedAt;
  const retryInMs = performance.ok ? undefined : retryIn(performance.facts, attempt, parts);
  const write = performance.ok
    ? await complete(ref, performance.stored, usage, durationMs, parts)
    : await fail(task, ref, performance.facts, usage, durationMs, retryInMs, parts, log);

  const outcome =
    write.outcome === "lost"
      ? "cancelled"
      : performance.ok
        ? "completed"
        : retryInMs === undefined
          ? "failed"
          : "retrying";
  report(parts, {
    app: settings.app,
    stage: settings.stage,
    taskId: task.taskId,
    requestId: lambda.awsRequestId,
    at: clock.now(),
    durationMs,
    queueWaitMs: events.findLast((event) => event.type === "started")?.queueWaitMs ?? 0,
    outcome,
    usage: usage.mine(),
  });
  log.info(`The attempt ended: ${outcome}.`, { durationMs });

  if (write.outcome === "lost") return giveUp(write.record, own);
  if (retryInMs !== undefined) {
    teller.tell(write.events);
    await teller.flush(TELL_MS);
    return { outcome: "keep", visibleIn: retryInMs / 1000 };
  }
  const told = await tellEnd(write.record, own.end, write.events);
  if (!performance.ok) return { outcome: "keep", visibleIn: told ? 0 : 1 };
  return told ? { outcome: "delete" } : { outcome: "keep", visibleIn: 1 };
}

/** The work itself, under its deadline and watched; never throws. */
async function perform(
  task: Task,
  ref: AttemptRef,
  record: StoredRecord,
  isReplay: boolean,
  usage: UsageCounter,
  { parts, lambda, teller, log, work }: AttemptParts,
): Promise<Performance> {
  const deadline = createDeadline(lambda.getRemainingTimeInMillis() * parts.settings.timeoutRatio);
  const { signal, remaining } = deadline;
  const onLost = (status: string) => deadline.abort(new TaskLost(status));
  const stopWatching = watchAttempt(ref, { store: parts.store, teller, clock: parts.clock, log, onLost });
  const { context, close } = createTaskContext({
    parts,
    task,
    ref,
    isReplay,
    signal,
    remaining,
    teller,
    usage,
    log,
    onLost,
  });
  try {
    await parts.secrets.apply();
    const value = await withinSignal(work(context), signal);
    await close();
    return {
      ok: true,
      stored: await storeResult(value, record, { objects: parts.objects, bucket: parts.settings.bucket }),
    };
  } catch (error) {
    await close();
    // What a run throws after its signal is the signal's doing.
    return { ok: false, facts: await judge(signal.aborted ? signal.reason : error, parts) };
  } finally {
    deadline.clear();
    await stopWatching();
  }
}

/** A key that was set or changed since this environment read it is worth another attempt. */
async function judge(error: unknown, { clock, secrets }: WorkerParts): Promise<ErrorFacts> {
  const facts = classify(error, clock.now());
  return facts.unauthorized && (await secrets.renewed()) ? { ...facts, permanent: false } : facts;
}

function retryIn(
  { permanent, retryAfterMs }: ErrorFacts,
  attempt: number,
  { settings, random }: WorkerParts,
): number | undefined {
  if (permanent || attempt >= settings.maxAttempts) return undefined;
  return retryDelay(attempt, settings.backoff, random(), retryAfterMs);
}

function complete(
  ref: AttemptRef,
  stored: Stored,
  usage: UsageCounter,
  durationMs: number,
  { store }: WorkerParts,
): Promise<AttemptWrite> {
  const costUsd = totalCost(usage.total());
  return store.complete(ref, {
    ...stored,
    usage: usage.total(),
    durationMs,
    ...(costUsd === undefined ? {} : { costUsd }),
    ...(usage.offline() ? { offline: true } : {}),
  });
}

async function fail(
  task: Task,
  ref: AttemptRef,
  facts: ErrorFacts,
  usage: UsageCounter,
  durationMs: number,
  retryInMs: number | undefined,
  { store, clock, secrets, settings }: WorkerParts,
  log: Logger,
): Promise<AttemptWrite> {
  const error = toTaskError(facts, await secrets.values(), task.prompt);
  const retryAt =
    retryInMs === undefined ? {} : { retryAt: new Date(clock.now() + retryInMs / settings.timeScale).toISOString() };
  log.warn("The attempt failed.", { error, ...retryAt });
  return store.fail(ref, { error, durationMs, usage: usage.total(), ...retryAt });
}

/** Somebody else has written: a cancel, which is told and ends the message, or a newer attempt, whose message it is now. */
async function giveUp(record: StoredRecord | undefined, own: AttemptParts): Promise<Disposal> {
  if (record?.status !== "cancelled") return { outcome: "keep" };
  return (await tellEnd(record, own.end)) ? { outcome: "delete" } : { outcome: "keep", visibleIn: 1 };
}

function report({ writeLine }: WorkerParts, metrics: AttemptMetrics): void {
  for (const line of metricLines(metrics)) writeLine(line);
}
