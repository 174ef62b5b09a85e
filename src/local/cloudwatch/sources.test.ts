import * as CloudWatch from "@aws-sdk/client-cloudwatch";
import * as Logs from "@aws-sdk/client-cloudwatch-logs";
import * as SQS from "@aws-sdk/client-sqs";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type CloudWatchStack, startCloudWatch } from "../../../test/helpers/cloudwatch.ts";
import { ManualClock } from "../../../test/helpers/sqs-clock.ts";

let started: CloudWatchStack;
let folders: string[] = [];
afterEach(async () => {
  await started.close();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  folders = [];
});

const start = async (options: Parameters<typeof startCloudWatch>[0] = {}) =>
  (started = await startCloudWatch(options)).client;
const settings = () => ({
  endpoint: started.stack.endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
  maxAttempts: 1,
});
const folder = () => {
  const made = mkdtempSync(join(tmpdir(), "ai-pipeline-metrics-"));
  folders.push(made);
  return made;
};
const define = (
  name: string,
  code: string,
  more: { logFormat?: "Text" | "JSON"; reservedConcurrency?: number } = {},
) => {
  const codeDir = folder();
  writeFileSync(join(codeDir, "index.mjs"), code);
  started.stack.services.lambda.define({ name, codeDir, handler: "index.handler", ...more });
};

/** One value of a metric over the present hour, by statistic. */
async function read(
  Namespace: string,
  MetricName: string,
  dimensions: Record<string, string>,
  stats: string[],
  now = Date.now(),
) {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  const { MetricDataResults } = await started.client.send(
    new CloudWatch.GetMetricDataCommand({
      StartTime: new Date(now - 3_600_000),
      EndTime: new Date(now + 60_000),
      MetricDataQueries: stats.map((Stat, index) => ({
        Id: `m${index}`,
        MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period: 86_400, Stat },
      })),
    }),
  );
  return MetricDataResults?.map(({ Values }) => Values?.[0]);
}

describe("log lines of the embedded metric format", () => {
  const line = (at: number, fields: Record<string, unknown> = {}) =>
    JSON.stringify({
      _aws: {
        Timestamp: at,
        CloudWatchMetrics: [
          {
            Namespace: "ai-pipeline",
            Dimensions: [["App", "Stage"], ["App"]],
            Metrics: [{ Name: "TaskDuration", Unit: "Milliseconds" }, { Name: "Absent" }],
          },
        ],
      },
      App: "a",
      Stage: "local",
      TaskDuration: 5,
      ...fields,
    });

  it("become metrics when a real function writes them to its output", async () => {
    await start();
    define(
      "worker",
      'export const handler = async ({ out, log }) => { process.stdout.write(out + "\\n"); console.log(log); };',
      { logFormat: "JSON" },
    );
    for (const value of [10, 20, 60]) {
      const out = line(Date.now(), { TaskDuration: value });
      const log = line(Date.now(), { TaskDuration: 99 });
      await started.stack.services.lambda.invoke("worker", JSON.stringify({ out, log }));
    }
    // console.log in the JSON format wraps its line, so that CloudWatch takes no metric from it.
    expect(
      await read("ai-pipeline", "TaskDuration", { App: "a", Stage: "local" }, ["SampleCount", "Sum", "p50"]),
    ).toEqual([3, 90, 20]);
    expect(await read("ai-pipeline", "TaskDuration", { App: "a" }, ["Maximum"])).toEqual([60]);
    const { Metrics } = await started.client.send(new CloudWatch.ListMetricsCommand({ Namespace: "ai-pipeline" }));
    expect(Metrics?.map(({ MetricName, Dimensions }) => [MetricName, Dimensions?.length])).toEqual([
      ["TaskDuration", 2],
      ["TaskDuration", 1],
    ]);
  });

  it("become metrics when they are put to any log group; broken ones do not", async () => {
    await start();
    const logs = new Logs.CloudWatchLogsClient(settings());
    const [logGroupName, logStreamName] = ["/any", "s"];
    await logs.send(new Logs.CreateLogGroupCommand({ logGroupName }));
    await logs.send(new Logs.CreateLogStreamCommand({ logGroupName, logStreamName }));
    const now = Date.now();
    const messages = [
      line(now, { TaskDuration: [1, 2, 3] }),
      line(now, { TaskDuration: "5" }),
      line(now, { Stage: 7 }),
      line(now - 15 * 86_400_000),
      line(now).replace("Milliseconds", "Moments"),
      line(now).slice(0, -1),
      '{"_aws":{"CloudWatchMetrics":[]}}',
      'a plain line with "_aws" in it',
    ];
    const logEvents = messages.map((message) => ({ timestamp: now, message }));
    await logs.send(new Logs.PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
    logs.destroy();
    expect(await read("ai-pipeline", "TaskDuration", { App: "a", Stage: "local" }, ["SampleCount", "Sum"])).toEqual([
      3, 6,
    ]);
  });
});

describe("AWS/Lambda", () => {
  it("counts invocations, errors, durations and concurrency, of each function and of all", async () => {
    await start();
    define(
      "f",
      "export const handler = async (fail) => { if (fail) throw new Error('no'); await new Promise((r) => setTimeout(r, 200)); };",
    );
    define("g", "export const handler = async () => {};");
    const { lambda } = started.stack.services;
    await Promise.all([lambda.invoke("f", "false"), lambda.invoke("f", "false"), lambda.invoke("f", "true")]);
    await lambda.invoke("g", "false");
    const f = (metric: string, stats: string[]) => read("AWS/Lambda", metric, { FunctionName: "f" }, stats);
    expect(await f("Invocations", ["Sum", "SampleCount"])).toEqual([3, 3]);
    expect(await f("Errors", ["Sum", "SampleCount"])).toEqual([1, 3]);
    expect(await f("Throttles", ["Sum"])).toEqual([0]);
    expect(await f("ConcurrentExecutions", ["Maximum"])).toEqual([3]);
    const [count, longest = 0] = (await f("Duration", ["SampleCount", "Maximum"])) ?? [];
    expect(count).toBe(3);
    expect(longest).toBeGreaterThan(190);
    expect(await read("AWS/Lambda", "Invocations", {}, ["Sum"])).toEqual([4]);
  });

  it("counts throttles, which are no invocations", async () => {
    await start();
    define("f", "export const handler = () => new Promise((r) => setTimeout(r, 300));", { reservedConcurrency: 1 });
    const { lambda } = started.stack.services;
    const first = lambda.invoke("f", "{}");
    await expect(lambda.invoke("f", "{}")).rejects.toThrow("Rate Exceeded");
    await first;
    const f = (metric: string, stat: string) => read("AWS/Lambda", metric, { FunctionName: "f" }, [stat]);
    expect(await f("Throttles", "Sum")).toEqual([1]);
    expect(await f("Invocations", "Sum")).toEqual([1]);
    expect(await f("ConcurrentExecutions", "Maximum")).toEqual([1]);
  });
});

describe("AWS/SQS", () => {
  it("counts what happens to a queue in a minute, and tells its state at the minute's end", async () => {
    const clock = new ManualClock();
    await start({ clock });
    const sqs = new SQS.SQSClient(settings());
    const { QueueUrl } = await sqs.send(
      new SQS.CreateQueueCommand({ QueueName: "q", Attributes: { VisibilityTimeout: "600" } }),
    );
    const send = (MessageBody: string, DelaySeconds = 0) =>
      sqs.send(new SQS.SendMessageCommand({ QueueUrl, MessageBody, DelaySeconds }));
    const receive = async () => (await sqs.send(new SQS.ReceiveMessageCommand({ QueueUrl }))).Messages?.[0];
    await receive();
    for (const body of ["1", "22", "4444"]) await send(body);
    await send("8".repeat(8), 900);
    const message = await receive();
    await receive();
    await sqs.send(new SQS.DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
    const q = (metric: string, stats: string[]) => read("AWS/SQS", metric, { QueueName: "q" }, stats, clock.now());
    expect(await q("NumberOfMessagesSent", ["Sum"])).toEqual([4]);
    await clock.advance(90_000);
    await send("1");
    expect(await q("NumberOfMessagesSent", ["Sum", "Maximum"])).toEqual([5, 4]);
    expect(await q("NumberOfMessagesReceived", ["Sum"])).toEqual([2]);
    expect(await q("NumberOfMessagesDeleted", ["Sum"])).toEqual([1]);
    expect(await q("NumberOfEmptyReceives", ["Sum"])).toEqual([1]);
    expect(await q("SentMessageSize", ["SampleCount", "Sum", "Minimum", "Maximum"])).toEqual([5, 16, 1, 8]);
    expect(await q("ApproximateNumberOfMessagesVisible", ["Maximum"])).toEqual([2]);
    expect(await q("ApproximateNumberOfMessagesNotVisible", ["Maximum"])).toEqual([1]);
    expect(await q("ApproximateNumberOfMessagesDelayed", ["Maximum"])).toEqual([1]);
    expect(await q("ApproximateAgeOfOldestMessage", ["Maximum"])).toEqual([90]);
    sqs.destroy();
  });

  it("tells of a queue only while it is in use: six hours, as AWS", async () => {
    const clock = new ManualClock();
    await start({ clock });
    started.stack.services.sqs.createQueue("idle");
    started.stack.services.sqs.createQueue("kept");
    const sqs = new SQS.SQSClient(settings());
    const QueueUrl = `${started.stack.endpoint}/000000000000/kept`;
    await sqs.send(new SQS.SendMessageCommand({ QueueUrl, MessageBody: "m" }));
    sqs.destroy();
    await clock.advance(8 * 3_600_000);
    const depth = (QueueName: string) =>
      read("AWS/SQS", "ApproximateNumberOfMessagesVisible", { QueueName }, ["Maximum"], clock.now());
    // The hour that is read is past its six.
    expect(await depth("idle")).toEqual([undefined]);
    expect(await depth("kept")).toEqual([1]);
  });
});

it("metrics survive a restart, and what a minute counted goes on", async () => {
  const dir = folder();
  const clock = new ManualClock();
  await start({ clock, dir });
  const send = async () => {
    const sqs = new SQS.SQSClient(settings());
    await sqs.send(
      new SQS.SendMessageCommand({ QueueUrl: `${started.stack.endpoint}/000000000000/q`, MessageBody: "m" }),
    );
    sqs.destroy();
  };
  started.stack.services.sqs.createQueue("q");
  await send();
  await started.close();
  await start({ clock, dir });
  await send();
  expect(
    await read("AWS/SQS", "NumberOfMessagesSent", { QueueName: "q" }, ["Sum", "SampleCount"], clock.now()),
  ).toEqual([2, 1]);
});

it("seconds become minutes after three hours, and all is gone after fifteen days", async () => {
  const dir = folder();
  const clock = new ManualClock();
  const begin = clock.now();
  await start({ clock, dir });
  const put = (second: number, Value: number) =>
    started.client.send(
      new CloudWatch.PutMetricDataCommand({
        Namespace: "App",
        MetricData: [{ MetricName: "m", Value, StorageResolution: 1, Timestamp: new Date(begin + second * 1000) }],
      }),
    );
  for (const [second, value] of [
    [0, 1],
    [10, 2],
    [59, 3],
  ] as const)
    await put(second, value);
  const points = async (Period: number) => {
    const { Datapoints = [] } = await started.client.send(
      new CloudWatch.GetMetricStatisticsCommand({
        Namespace: "App",
        MetricName: "m",
        StartTime: new Date(begin),
        EndTime: new Date(begin + 60_000),
        Period,
        Statistics: ["Sum"],
      }),
    );
    return Datapoints.map(({ Sum }) => Sum);
  };
  const restartAfter = async (ms: number) => {
    await started.close();
    await clock.advance(ms);
    await start({ clock, dir });
  };
  expect(await points(10)).toEqual([1, 2, 3]);
  await restartAfter(4 * 3_600_000);
  expect([await points(10), await points(60)]).toEqual([[6], [6]]);
  await restartAfter(15 * 86_400_000);
  expect(await points(60)).toEqual([]);
  const { Metrics } = await started.client.send(new CloudWatch.ListMetricsCommand({ Namespace: "App" }));
  expect(Metrics).toEqual([]);
});
