import { describe, expect, it } from "vitest";
import { createLogger } from "./logger.ts";
import { metricLines } from "./metrics.ts";

function collect(level?: string) {
  const lines: unknown[] = [];
  const logger = createLogger({ write: (line) => lines.push(JSON.parse(line)), level, now: () => 0 }, { app: "shop" });
  return { lines, logger };
}

describe("the logger", () => {
  it("writes an object a line, with its own and its parents' fields", () => {
    const { lines, logger } = collect();
    logger.child({ taskId: "t" }).info("Hello.", { count: 1 });
    expect(lines).toEqual([
      { timestamp: "1970-01-01T00:00:00.000Z", level: "INFO", message: "Hello.", app: "shop", taskId: "t", count: 1 },
    ]);
  });

  it.each([
    [undefined, ["INFO", "WARN", "ERROR"]],
    ["DEBUG", ["DEBUG", "INFO", "WARN", "ERROR"]],
    ["ERROR", ["ERROR"]],
    ["nonsense", ["INFO", "WARN", "ERROR"]],
  ])("keeps to the level %s", (level, written) => {
    const { lines, logger } = collect(level);
    for (const name of ["debug", "info", "warn", "error"] as const) logger[name]("x");
    expect(lines).toMatchObject(written.map((name) => ({ level: name })));
  });

  it("writes errors without their stack, and anything without failing", () => {
    const { lines, logger } = collect();
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    logger.error("Failed.", { error: new TypeError("Boom"), big: 1n });
    logger.error("Round.", { circle });
    expect(lines).toMatchObject([
      { error: { name: "TypeError", message: "Boom" }, big: "1" },
      { message: "Round.", unprintable: true },
    ]);
    expect(JSON.stringify(lines)).not.toContain("stack");
  });
});

describe("the metrics of an attempt", () => {
  const metrics = {
    app: "shop",
    stage: "prod",
    taskId: "t",
    requestId: "r",
    at: 5,
    durationMs: 9,
    queueWaitMs: 3,
    outcome: "completed" as const,
  };

  it("are one line of the embedded metric format, and one for each model", () => {
    const usage = [
      { model: "gpt-4o", calls: 1, inputTokens: 10, outputTokens: 2, costUsd: 0.000045 },
      { model: "unknown", calls: 1, inputTokens: 1, outputTokens: 1 },
    ];
    const lines = metricLines({ ...metrics, usage }).map((line): Record<string, unknown> => JSON.parse(line));
    expect(lines[0]).toMatchObject({
      _aws: { Timestamp: 5, CloudWatchMetrics: [{ Namespace: "ai-pipeline", Dimensions: [["App", "Stage"]] }] },
      App: "shop",
      Stage: "prod",
      TaskDuration: 9,
      QueueWait: 3,
      TasksCompleted: 1,
      TasksFailed: 0,
    });
    expect(lines[1]).toMatchObject({ Model: "gpt-4o", InputTokens: 10, OutputTokens: 2, CostUsd: 0.000045 });
    expect(lines[2]).not.toHaveProperty("CostUsd");
  });

  it("name every value and dimension they declare", () => {
    const usage = [{ model: "gpt-4o", calls: 1, inputTokens: 1, outputTokens: 1, costUsd: 1 }];
    for (const text of metricLines({ ...metrics, outcome: "failed", usage })) {
      const line = JSON.parse(text);
      for (const { Dimensions, Metrics } of line._aws.CloudWatchMetrics) {
        for (const name of Dimensions.flat()) expect(typeof line[name]).toBe("string");
        for (const { Name } of Metrics) expect(typeof line[Name]).toBe("number");
      }
    }
  });
});
