import type { Usage } from "../../contract/event.ts";

export const METRICS_NAMESPACE = "ai-pipeline";

/** What one attempt was like. Times in milliseconds. */
export interface AttemptMetrics {
  app: string;
  stage: string;
  taskId: string;
  requestId: string;
  at: number;
  durationMs: number;
  queueWaitMs: number;
  outcome: "completed" | "retrying" | "failed" | "cancelled";
  /** Of this attempt alone. */
  usage: Usage[];
}

type Unit = "Milliseconds" | "Count" | "None";

/** @returns the attempt's metrics in CloudWatch's embedded metric format: one line, and one more for each model. */
export function metricLines(metrics: AttemptMetrics): string[] {
  const { app, stage, at, taskId, requestId, outcome, usage } = metrics;
  const shared = { App: app, Stage: stage, taskId, requestId, outcome };
  const attempt = emf(at, [["App", "Stage"]], shared, {
    TaskDuration: [metrics.durationMs, "Milliseconds"],
    QueueWait: [metrics.queueWaitMs, "Milliseconds"],
    TasksCompleted: [outcome === "completed" ? 1 : 0, "Count"],
    TasksFailed: [outcome === "failed" ? 1 : 0, "Count"],
    AttemptsFailed: [outcome === "failed" || outcome === "retrying" ? 1 : 0, "Count"],
  });
  const models = usage.map((used) =>
    emf(
      at,
      [
        ["App", "Stage"],
        ["App", "Stage", "Model"],
      ],
      { ...shared, Model: used.model },
      {
        InputTokens: [used.inputTokens, "Count"],
        OutputTokens: [used.outputTokens, "Count"],
        ...(used.costUsd === undefined ? {} : { CostUsd: [used.costUsd, "None"] as const }),
      },
    ),
  );
  return [attempt, ...models];
}

function emf(
  at: number,
  Dimensions: string[][],
  fields: Record<string, unknown>,
  values: Record<string, readonly [number, Unit]>,
): string {
  const Metrics = Object.entries(values).map(([Name, [, Unit]]) => ({ Name, Unit }));
  return JSON.stringify({
    _aws: { Timestamp: at, CloudWatchMetrics: [{ Namespace: METRICS_NAMESPACE, Dimensions, Metrics }] },
    ...fields,
    ...Object.fromEntries(Object.entries(values).map(([name, [value]]) => [name, value])),
  });
}
