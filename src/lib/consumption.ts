import type { ConsumptionMark, LimitMark } from "../contract/consumption.ts";
import { PipelineError } from "../contract/errors.ts";
import { EXIT } from "../contract/exit.ts";
import type { ConsumptionEvent } from "../contract/operations/consumption.ts";
import type { Consumption, ConsumptionChange, StageClient } from "../contract/ports.ts";
import { interruptedExit } from "./interrupt.ts";
import type { Workplace } from "./services.ts";
import type { OpenStage } from "./stage.ts";
import { resumeCommand, type StageChoice } from "./stage-choice.ts";
import { enterStageForChange } from "./tasks.ts";

/** How many tasks at once; `configured`: as the configuration says. */
type Limit = number | "configured";

type Action =
  | { action: "pause"; reason?: string }
  | { action: "resume"; maxConcurrency?: Limit }
  | { action: "limit"; maxConcurrency: Limit };

export type ConsumptionInput = Action & { choice: StageChoice };

const FIRST_POLL_MS = 100;
const SLOWEST_POLL_MS = 2000;
/** The mapping of a stack that starts comes with its worker's first build, which may take that long on a busy machine. */
const PATIENCE_MS = 60_000;

/**
 * Pauses, resumes or limits how a stage takes messages from its queue, and waits until the service has done it. What is at
 * work goes on to its end. Ctrl-C leaves the wait, not the change.
 */
export async function* changeConsumption(input: ConsumptionInput, place: Workplace): AsyncGenerator<ConsumptionEvent> {
  const { clock, signal } = place;
  const stage = yield* enterStageForChange(input.choice, place);
  try {
    const began = clock.now();
    const { consumption, queue, outputs, mark: before } = stage.client;
    const found = await firstLook(stage, place);
    const { change, mark } = await plan(input, found, stage.client, new Date(began).toISOString());
    let now = await changed(stage.client, change, mark, place);
    for (let pause = FIRST_POLL_MS; ; pause = Math.min(SLOWEST_POLL_MS, pause * 1.5)) {
      yield { type: "consumption", ...now, ms: clock.now() - began };
      if (now.state !== "changing" || signal.aborted) break;
      await clock.sleep(pause, signal).catch(() => undefined);
      now = await consumption.get();
    }
    const { visible, delayed, inFlight } = await queue.stats(outputs.queueUrl);
    yield {
      type: "summary",
      operation: "consumption",
      exitCode: now.state === "changing" ? interruptedExit(signal) : EXIT.completed,
      action: input.action,
      ...now,
      mark,
      unchanged: found.state === now.state && found.maxConcurrency === now.maxConcurrency && alike(mark, before),
      queue: outputs.queueUrl.slice(outputs.queueUrl.lastIndexOf("/") + 1),
      waiting: visible + delayed,
      inFlight,
      ...(mark.paused ? { resume: resumeCommand(input.choice, place) } : {}),
      elapsedMs: clock.now() - began,
    };
  } finally {
    await stage.close();
  }
}

/** Waits for the worker of a local stack to be built: not where it does not build, nor on a deployed stage, which has none. */
async function firstLook({ client, describe }: OpenStage, { clock, signal }: Workplace): Promise<Consumption> {
  const until = clock.now() + PATIENCE_MS;
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(SLOWEST_POLL_MS, pause * 1.5)) {
    try {
      return await client.consumption.get();
    } catch (error) {
      const missing = error instanceof PipelineError && error.code === "CONSUMPTION_MISSING";
      const building = missing && clock.now() < until ? await describe?.() : undefined;
      if (building === undefined || building.broken !== undefined) throw error;
      await clock.sleep(pause, signal);
    }
  }
}

const alike = (a: ConsumptionMark, b: ConsumptionMark) =>
  (a.paused === undefined) === (b.paused === undefined) && a.paused?.reason === b.paused?.reason;

/** @returns what to change, and how the stage is marked from then on. */
async function plan(
  input: Action,
  found: Consumption,
  { mark, consumption }: StageClient,
  at: string,
): Promise<{ change: ConsumptionChange; mark: ConsumptionMark }> {
  const by = await consumption.caller();
  if (input.action === "pause") {
    const { reason = mark.paused?.reason } = input;
    // Who paused it first, and since when, is what the next one asks.
    const paused = { at, by, ...mark.paused, ...(reason === undefined ? {} : { reason }) };
    return { change: { enabled: false }, mark: { ...mark, paused } };
  }
  const { maxConcurrency } = input;
  const { paused, limited } = mark;
  const configured = limited ? limited.configured : found.maxConcurrency;
  const enabling = input.action === "resume" ? { enabled: true } : {};
  const kept = input.action === "limit" && paused ? { paused } : {};
  if (maxConcurrency === undefined) return { change: enabling, mark: { ...kept, ...(limited ? { limited } : {}) } };
  const wanted = maxConcurrency === "configured" ? configured : maxConcurrency;
  const change = { ...enabling, maxConcurrency: wanted ?? null };
  if (wanted === undefined || wanted === configured) return { change, mark: kept };
  const byHand: LimitMark = { maxConcurrency: wanted, ...(configured === undefined ? {} : { configured }), at, by };
  return { change, mark: { ...kept, limited: byHand } };
}

/** AWS refuses a change while an earlier one goes on: it takes up to a minute. */
async function changed(
  { consumption }: StageClient,
  change: ConsumptionChange,
  mark: ConsumptionMark,
  { clock, signal }: Workplace,
): Promise<Consumption> {
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(SLOWEST_POLL_MS, pause * 1.5)) {
    try {
      return await consumption.change(change, mark);
    } catch (error) {
      const busy = error instanceof PipelineError && error.code === "RESOURCE_IN_USE_EXCEPTION";
      if (!busy || signal.aborted) throw error;
      await clock.sleep(pause, signal);
    }
  }
}
