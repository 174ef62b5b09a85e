import type { RedriveForecast } from "../../contract/operations/dlq-redrive.ts";
import { PipelineError } from "../../contract/errors.ts";
import type { StageClient } from "../../contract/ports.ts";
import type { TaskRecord } from "../../contract/record.ts";
import type { Letters } from "./letters.ts";
import type { Planned } from "./plan.ts";

/** Completed tasks that an average is taken of. */
const SAMPLE = 20;

/** @returns what a redrive would cost in money and time, as far as it can be known beforehand. */
export async function forecast(
  letters: Letters,
  { plan, firstSent }: Planned,
  byService: boolean,
): Promise<RedriveForecast> {
  const { queue, deadLetterQueue, stage } = letters;
  const { count = 0, left = 0, permanent = 0 } = plan;
  const batches = (messages: number) => Math.ceil(messages / queue.limits.batchEntries);
  // Received, sent, deleted; what stays is received and given back.
  const requests = byService ? 1 : 3 * batches(count) + 2 * batches(left + permanent);
  const unknown: RedriveForecast["unknown"] = {};
  const result: RedriveForecast = { requests, unknown };
  if (byService) unknown.requestsUsd = "the service does not say how it bills the work of a move task";
  else if (!queue.pricing) unknown.requestsUsd = "this endpoint has no list price";
  else result.requestsUsd = requests * queue.pricing.request(deadLetterQueue);
  if (firstSent !== undefined && deadLetterQueue.retentionSeconds !== undefined)
    result.firstExpiry = new Date(firstSent + deadLetterQueue.retentionSeconds * 1000).toISOString();
  else if (count > 0) unknown.firstExpiry = "`dlq inspect` tells";
  if (stage) await forecastRuns(stage, count, result);
  else unknown.drainMs = unknown.modelUsd = "no record tells how long messages of this queue take, or what they cost";
  return result;
}

/** @returns what a task cost on average lately, or why that is not known. */
export async function averageTaskCost({ reader }: StageClient): Promise<{ usd: number } | { unknown: string }> {
  const { tasks } = await reader.list({ status: "completed", limit: SAMPLE });
  return averageOf(await Promise.all(tasks.map(({ taskId }) => reader.get(taskId))));
}

function averageOf(tasks: readonly (TaskRecord | undefined)[]): { usd: number } | { unknown: string } {
  // A task that called no model costs nothing, and has no cost.
  const costs = tasks.flatMap((task) => task?.costUsd ?? (task?.usage.length === 0 ? 0 : []));
  if (tasks.length === 0) return { unknown: "no task has completed lately" };
  if (costs.length < tasks.length) return { unknown: "the price of the model is not known" };
  return { usd: mean(costs) };
}

async function forecastRuns(stage: StageClient, count: number, result: RedriveForecast): Promise<void> {
  const { unknown } = result;
  const { tasks } = await stage.reader.list({ status: "completed", limit: SAMPLE });
  const records = await Promise.all(tasks.map(({ taskId }) => stage.reader.get(taskId)));
  const price = averageOf(records);
  if ("unknown" in price) unknown.modelUsd = price.unknown;
  else result.modelUsd = price.usd * count;
  if (tasks.length === 0) {
    unknown.drainMs = "no task has completed lately";
    return;
  }
  const times = records.flatMap((record) => {
    const last = record?.attempts.findLast(({ outcome }) => outcome === "completed");
    return last?.endedAt === undefined ? [] : [Date.parse(last.endedAt) - Date.parse(last.startedAt)];
  });
  try {
    const { state, maxConcurrency } = await stage.consumption.get();
    if (maxConcurrency !== undefined) result.concurrency = maxConcurrency;
    if (state === "disabled") unknown.drainMs = "consumption is paused: nothing runs until it is resumed";
    else if (maxConcurrency === undefined) unknown.drainMs = "the worker has no limit of its own";
    else if (times.length === 0) unknown.drainMs = "no attempt says how long it took";
    else result.drainMs = (mean(times) * count) / maxConcurrency;
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    unknown.drainMs = error.message;
  }
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
