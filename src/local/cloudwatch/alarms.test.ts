import * as SDK from "@aws-sdk/client-cloudwatch";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import {
  type CloudWatchStack,
  type ProtocolName,
  PROTOCOLS,
  startCloudWatch,
} from "../../../test/helpers/cloudwatch.ts";
import { ManualClock } from "../../../test/helpers/sqs-clock.ts";

const MINUTE = 60_000;
const noon = Date.UTC(2026, 0, 5, 12);
const ACTION = "arn:aws:sns:us-east-1:000000000000:ops";

let clock: ManualClock;
let started: CloudWatchStack;
afterEach(() => started.close());

async function start(options: { protocol?: ProtocolName; dir?: string } = {}) {
  clock = new ManualClock(noon);
  started = await startCloudWatch({ clock, ...options });
}

const ALARM: SDK.PutMetricAlarmCommandInput = {
  AlarmName: "slow",
  Namespace: "App",
  MetricName: "Latency",
  Dimensions: [{ Name: "Stage", Value: "dev" }],
  Statistic: "Maximum",
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 10,
  ComparisonOperator: "GreaterThanThreshold",
};
const putAlarm = (input: Partial<SDK.PutMetricAlarmCommandInput> = {}) =>
  started.client.send(new SDK.PutMetricAlarmCommand({ ...ALARM, ...input }));
const put = (Value: number, MetricName = "Latency") =>
  started.client.send(
    new SDK.PutMetricDataCommand({
      Namespace: "App",
      MetricData: [
        { MetricName, Value, Timestamp: new Date(clock.now()), Dimensions: ALARM.Dimensions, StorageResolution: 1 },
      ],
    }),
  );
const describeAlarms = async (input: SDK.DescribeAlarmsCommandInput = {}) =>
  (await started.client.send(new SDK.DescribeAlarmsCommand(input))).MetricAlarms ?? [];
const state = async (name = "slow") => {
  const [alarm] = await describeAlarms({ AlarmNames: [name] });
  return alarm?.StateValue;
};
const history = async (input: SDK.DescribeAlarmHistoryCommandInput = {}) =>
  (await started.client.send(new SDK.DescribeAlarmHistoryCommand(input))).AlarmHistoryItems ?? [];

describe.each(PROTOCOLS)("alarms by %s", (protocol) => {
  it("go through their states as their data do, with reasons and a history", async () => {
    await start({ protocol });
    await putAlarm({
      AlarmDescription: "d",
      AlarmActions: [ACTION],
      OKActions: [ACTION],
      Tags: [{ Key: "a", Value: "b" }],
    });
    const [fresh] = await describeAlarms();
    expect(fresh).toMatchObject({
      ...Object.fromEntries(Object.entries(ALARM)),
      AlarmArn: "arn:aws:cloudwatch:us-east-1:000000000000:alarm:slow",
      AlarmDescription: "d",
      ActionsEnabled: true,
      AlarmActions: [ACTION],
      OKActions: [ACTION],
      InsufficientDataActions: [],
      StateValue: "INSUFFICIENT_DATA",
      StateReason: "Unchecked: Initial alarm creation",
      AlarmConfigurationUpdatedTimestamp: new Date(noon),
    });
    await put(21.5);
    await clock.advance(MINUTE);
    const [raised] = await describeAlarms({ StateValue: "ALARM" });
    expect(raised).toMatchObject({
      StateReason: "Threshold Crossed: 1 datapoint [21.5 (05/01/26 12:00:00)] was greater than the threshold (10.0).",
      StateTransitionedTimestamp: new Date(noon + MINUTE),
    });
    expect(JSON.parse(raised?.StateReasonData ?? "")).toEqual({
      version: "1.0",
      queryDate: "2026-01-05T12:01:00.000+0000",
      startDate: "2026-01-05T12:00:00.000+0000",
      statistic: "Maximum",
      period: 60,
      recentDatapoints: [21.5],
      threshold: 10,
      evaluatedDatapoints: [{ timestamp: "2026-01-05T12:00:00.000+0000", sampleCount: 1, value: 21.5 }],
    });
    await put(3);
    await clock.advance(MINUTE);
    expect((await describeAlarms())[0]).toMatchObject({
      StateValue: "OK",
      StateReason:
        "Threshold Crossed: 1 datapoint [3.0 (05/01/26 12:01:00)] was not greater than the threshold (10.0).",
    });
    // Three periods without data: the evaluation range is empty.
    await clock.advance(3 * MINUTE);
    expect((await describeAlarms())[0]).toMatchObject({
      StateValue: "INSUFFICIENT_DATA",
      StateReason: "Insufficient Data: 1 datapoint was unknown.",
    });
    const summaries = (await history({ AlarmName: "slow", ScanBy: "TimestampAscending" })).map(
      ({ HistoryItemType, HistorySummary }) => `${HistoryItemType}: ${HistorySummary}`,
    );
    expect(summaries).toEqual([
      'ConfigurationUpdate: Alarm "slow" created',
      "StateUpdate: Alarm updated from INSUFFICIENT_DATA to ALARM",
      `Action: The local stack does not deliver the action ${ACTION}`,
      "StateUpdate: Alarm updated from ALARM to OK",
      `Action: The local stack does not deliver the action ${ACTION}`,
      "StateUpdate: Alarm updated from OK to INSUFFICIENT_DATA",
    ]);
    const [update] = await history({ HistoryItemType: "StateUpdate", MaxRecords: 1 });
    expect(JSON.parse(update?.HistoryData ?? "")).toMatchObject({
      oldState: { stateValue: "OK", stateReasonData: { recentDatapoints: [3] } },
      newState: { stateValue: "INSUFFICIENT_DATA" },
    });
    const warnings = started.events.flatMap((event) => (event.type === "warning" ? [event.message] : []));
    expect(warnings).toEqual([expect.stringContaining("delivers no alarm actions")]);
  });

  it("may be put, found, switched, tagged and deleted", async () => {
    await start({ protocol });
    for (const AlarmName of ["b", "a1", "a2"]) await putAlarm({ AlarmName });
    await putAlarm({ AlarmName: "other", MetricName: "n", AlarmActions: [ACTION] });
    const names = async (input: SDK.DescribeAlarmsCommandInput) =>
      (await describeAlarms(input)).map(({ AlarmName }) => AlarmName);
    expect(await names({ AlarmNamePrefix: "a" })).toEqual(["a1", "a2"]);
    expect(await names({ AlarmNames: ["b", "none"] })).toEqual(["b"]);
    expect(await names({ ActionPrefix: "arn:aws:sns" })).toEqual(["other"]);
    expect(await names({ AlarmTypes: ["CompositeAlarm"] })).toEqual([]);
    const paged: (string | undefined)[][] = [];
    for await (const { MetricAlarms = [] } of SDK.paginateDescribeAlarms({ client: started.client }, { MaxRecords: 3 }))
      paged.push(MetricAlarms.map(({ AlarmName }) => AlarmName));
    expect(paged).toEqual([["a1", "a2", "b"], ["other"]]);
    const ofMetric = await started.client.send(
      new SDK.DescribeAlarmsForMetricCommand({ Namespace: "App", MetricName: "n", Dimensions: ALARM.Dimensions }),
    );
    expect(ofMetric.MetricAlarms?.map(({ AlarmName }) => AlarmName)).toEqual(["other"]);

    await started.client.send(new SDK.DisableAlarmActionsCommand({ AlarmNames: ["other", "none"] }));
    expect((await describeAlarms({ AlarmNames: ["other"] }))[0]?.ActionsEnabled).toBe(false);
    await put(99, "n");
    await clock.advance(MINUTE);
    expect(await state("other")).toBe("ALARM");
    expect(await history({ HistoryItemType: "Action" })).toEqual([]);
    await started.client.send(new SDK.EnableAlarmActionsCommand({ AlarmNames: ["other"] }));
    expect((await describeAlarms({ AlarmNames: ["other"] }))[0]).toMatchObject({
      ActionsEnabled: true,
      StateValue: "ALARM",
    });

    const ResourceARN = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:b";
    const tag = (Tags: SDK.Tag[]) => started.client.send(new SDK.TagResourceCommand({ ResourceARN, Tags }));
    await tag([
      { Key: "a", Value: "1" },
      { Key: "b", Value: "" },
    ]);
    await tag([{ Key: "a", Value: "2" }]);
    await started.client.send(new SDK.UntagResourceCommand({ ResourceARN, TagKeys: ["b"] }));
    const { Tags } = await started.client.send(new SDK.ListTagsForResourceCommand({ ResourceARN }));
    expect(Tags).toEqual([{ Key: "a", Value: "2" }]);

    // Those that are there go, also when others are not.
    await started.client.send(new SDK.DeleteAlarmsCommand({ AlarmNames: ["a1", "none", "b"] }));
    expect(await names({})).toEqual(["a2", "other"]);
    expect((await history({ AlarmName: "b" }))[0]?.HistorySummary).toBe('Alarm "b" deleted');
  });
});

describe("an alarm", () => {
  it("keeps its state and tags when it is put again", async () => {
    await start();
    await putAlarm({ Tags: [{ Key: "a", Value: "b" }] });
    await put(11);
    await clock.advance(MINUTE);
    await putAlarm({ Threshold: 20, AlarmDescription: "new", Tags: [{ Key: "ignored", Value: "" }] });
    expect((await describeAlarms())[0]).toMatchObject({ StateValue: "ALARM", Threshold: 20, AlarmDescription: "new" });
    const ResourceARN = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:slow";
    const { Tags } = await started.client.send(new SDK.ListTagsForResourceCommand({ ResourceARN }));
    expect(Tags).toEqual([{ Key: "a", Value: "b" }]);
    // The point in the range is no longer beyond the threshold.
    await clock.advance(MINUTE);
    expect(await state()).toBe("OK");
  });

  it("shows a state that was set until it is evaluated again", async () => {
    await start();
    await putAlarm({ TreatMissingData: "notBreaching" });
    await clock.advance(MINUTE);
    const set = (input: Partial<SDK.SetAlarmStateCommandInput> = {}) =>
      started.client.send(
        new SDK.SetAlarmStateCommand({ AlarmName: "slow", StateValue: "ALARM", StateReason: "a test", ...input }),
      );
    await set({ StateReasonData: '{"a":1}' });
    expect((await describeAlarms())[0]).toMatchObject({
      StateValue: "ALARM",
      StateReason: "a test",
      StateReasonData: '{"a":1}',
    });
    await clock.advance(MINUTE);
    expect((await describeAlarms())[0]).toMatchObject({
      StateValue: "OK",
      StateReason:
        "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [NonBreaching].",
    });
    await expect(set({ AlarmName: "none" })).rejects.toBeInstanceOf(SDK.ResourceNotFound);
    await expect(set({ StateReasonData: "{" })).rejects.toBeInstanceOf(SDK.InvalidFormatFault);
    await expect(set({ StateValue: "INVALID" as "OK" })).rejects.toThrow(
      "1 validation error detected: Value 'INVALID' at 'stateValue' failed to satisfy constraint: Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]",
    );
  });

  it("of M out of N tells what it counted", async () => {
    await start();
    await putAlarm({ EvaluationPeriods: 3, DatapointsToAlarm: 2 });
    for (const value of [11, 5, 12]) {
      await put(value);
      await clock.advance(MINUTE);
    }
    expect((await describeAlarms())[0]).toMatchObject({
      StateValue: "ALARM",
      StateReason:
        "Threshold Crossed: 2 out of the last 3 datapoints [12.0 (05/01/26 12:02:00), 11.0 (05/01/26 12:00:00)] were greater than the threshold (10.0) (minimum 2 datapoints for OK -> ALARM transition).",
    });
  });

  it("of ten seconds is evaluated every ten seconds", async () => {
    await start();
    await putAlarm({ Period: 10 });
    await put(11);
    await clock.advance(15_000);
    // Five seconds before anybody read: it was the timer.
    expect((await history({ HistoryItemType: "StateUpdate" }))[0]?.Timestamp).toEqual(new Date(noon + 10_000));
    await clock.advance(25_000);
    expect(await state()).toBe("INSUFFICIENT_DATA");
  });

  it("of five minutes looks at the last five minutes, every minute", async () => {
    await start();
    await clock.advance(2 * MINUTE);
    await putAlarm({ Period: 300, Statistic: "Sum" });
    await put(6);
    await clock.advance(2 * MINUTE);
    await put(6);
    await clock.advance(MINUTE);
    expect((await describeAlarms())[0]?.StateReason).toContain("12.0 (05/01/26 12:00:00)");
    await clock.advance(2 * MINUTE);
    expect(await state()).toBe("ALARM");
    await clock.advance(MINUTE);
    expect(await state()).toBe("OK");
  });

  it("watches an expression", async () => {
    await start();
    const metric = (Id: string, MetricName: string) => ({
      Id,
      ReturnData: false,
      MetricStat: {
        Metric: { Namespace: "App", MetricName, Dimensions: ALARM.Dimensions },
        Period: 60,
        Stat: "Sum",
      },
    });
    const { AlarmName, EvaluationPeriods, Threshold, ComparisonOperator } = ALARM;
    const Metrics = [metric("errors", "Errors"), metric("all", "All"), { Id: "rate", Expression: "100*errors/all" }];
    const shared = { AlarmName, EvaluationPeriods, Threshold, ComparisonOperator };
    await started.client.send(new SDK.PutMetricAlarmCommand({ ...shared, Metrics }));
    await put(2, "Errors");
    await put(8, "All");
    await clock.advance(MINUTE);
    expect((await describeAlarms())[0]).toMatchObject({
      StateValue: "ALARM",
      StateReason: expect.stringContaining("25.0"),
      Metrics: [{ Id: "errors" }, { Id: "all" }, { Id: "rate", Expression: "100*errors/all", ReturnData: true }],
    });
    const broken = [metric("m", "Errors"), { Id: "e", Expression: "AVG(m)" }];
    await expect(started.client.send(new SDK.PutMetricAlarmCommand({ ...shared, Metrics: broken }))).rejects.toThrow(
      "time series",
    );
  });

  it("of a dead-letter queue rises with its depth", async () => {
    await start();
    const { sqs } = started.stack.services;
    sqs.createQueue("dead");
    await putAlarm({
      Namespace: "AWS/SQS",
      MetricName: "ApproximateNumberOfMessagesVisible",
      Dimensions: [{ Name: "QueueName", Value: "dead" }],
      Threshold: 0,
    });
    await clock.advance(MINUTE);
    expect(await state()).toBe("OK");
    await fetch(started.stack.endpoint, {
      method: "POST",
      headers: { "x-amz-target": "AmazonSQS.SendMessage" },
      body: JSON.stringify({ QueueUrl: `${started.stack.endpoint}/000000000000/dead`, MessageBody: "m" }),
    });
    await clock.advance(MINUTE);
    expect(await state()).toBe("ALARM");
  });

  it("survives a restart with state, history and tags", async () => {
    const dir = mkdtempSync(join(tmpdir(), "ai-pipeline-alarms-"));
    await start({ dir });
    await putAlarm({ AlarmActions: [ACTION], Tags: [{ Key: "a", Value: "b" }], DatapointsToAlarm: 1 });
    await put(11);
    await clock.advance(MINUTE);
    const [before] = await describeAlarms();
    await started.close();
    started = await startCloudWatch({ clock, dir });
    expect((await describeAlarms())[0]).toEqual(before);
    expect(await history()).toHaveLength(3);
    await clock.advance(3 * MINUTE);
    expect(await state()).toBe("INSUFFICIENT_DATA");
    rmSync(dir, { recursive: true });
  });
});

it.each<[string, Partial<SDK.PutMetricAlarmCommandInput>, string, string]>([
  ["no name", { AlarmName: undefined }, "ValidationError", "'alarmName'"],
  ["no metric", { MetricName: undefined }, "ValidationError", "MetricName or Metrics"],
  ["no statistic", { Statistic: undefined }, "ValidationError", "Exactly one of Statistic"],
  ["two statistics", { ExtendedStatistic: "p99" }, "InvalidParameterCombination", "cannot both"],
  ["a statistic that is none", { Statistic: "Mode" as "Sum" }, "ValidationError", "'statistic'"],
  ["no period", { Period: undefined }, "ValidationError", "'period'"],
  ["a period of 45", { Period: 45 }, "ValidationError", "multiple of 60"],
  ["no evaluation periods", { EvaluationPeriods: undefined }, "ValidationError", "'evaluationPeriods'"],
  ["more datapoints than periods", { DatapointsToAlarm: 2 }, "ValidationError", "DatapointsToAlarm"],
  ["more than a day", { EvaluationPeriods: 1441 }, "ValidationError", "86400"],
  ["no threshold", { Threshold: undefined }, "ValidationError", "Threshold"],
  ["a threshold that is no number", { Threshold: NaN }, "ValidationError", "Threshold"],
  ["no comparison", { ComparisonOperator: undefined }, "ValidationError", "'comparisonOperator'"],
  [
    "a band",
    { ComparisonOperator: "GreaterThanUpperThreshold" },
    "ValidationError",
    "does not offer alarms on anomaly detection",
  ],
  [
    "an interval of its own",
    { EvaluationInterval: 60 },
    "ValidationError",
    "does not offer EvaluationInterval of alarms",
  ],
  ["an unknown treatment", { TreatMissingData: "guess" }, "ValidationError", "TreatMissingData"],
  ["an action that is no ARN", { AlarmActions: ["ops"] }, "ValidationError", "Invalid arn syntax: ops"],
  ["six actions", { AlarmActions: Array.from({ length: 6 }, () => ACTION) }, "ValidationError", "'alarmActions'"],
  ["tags of AWS's own", { Tags: [{ Key: "aws:x", Value: "" }] }, "InvalidParameterValue", "aws:"],
  ["both a metric and metrics", { Metrics: [{ Id: "m", Expression: "1" }] }, "ValidationError", "mutually exclusive"],
])("PutMetricAlarm refuses %s", async (_what, input, code, message) => {
  await start();
  await expect(putAlarm(input)).rejects.toMatchObject({
    Error: { Code: code },
    message: expect.stringContaining(message),
  });
  expect(await describeAlarms()).toEqual([]);
});

it("refuses what else is wrong, as AWS", async () => {
  await start();
  const { client } = started;
  const ResourceARN = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:none";
  await expect(client.send(new SDK.ListTagsForResourceCommand({ ResourceARN }))).rejects.toBeInstanceOf(
    SDK.ResourceNotFoundException,
  );
  await expect(client.send(new SDK.ListTagsForResourceCommand({ ResourceARN: "none" }))).rejects.toBeInstanceOf(
    SDK.InvalidParameterValueException,
  );
  await expect(client.send(new SDK.DeleteAlarmsCommand({ AlarmNames: ["none"] }))).rejects.toBeInstanceOf(
    SDK.ResourceNotFound,
  );
  await expect(describeAlarms({ NextToken: "nonsense" })).rejects.toBeInstanceOf(SDK.InvalidNextToken);
  await expect(history({ NextToken: "nonsense" })).rejects.toBeInstanceOf(SDK.InvalidNextToken);
  await expect(describeAlarms({ MaxRecords: 101 })).rejects.toThrow("'maxRecords'");
});
