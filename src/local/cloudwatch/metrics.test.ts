import * as SDK from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type CloudWatchStack, PROTOCOLS, startCloudWatch } from "../../../test/helpers/cloudwatch.ts";
import { ManualClock } from "../../../test/helpers/sqs-clock.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

// Everything here holds in each of the protocols: the SDK speaks them all.
describe.each(PROTOCOLS)("metrics by %s", (protocol) => {
  const clock = new ManualClock(Date.UTC(2026, 0, 5, 12, 0, 30));
  const now = () => clock.now();
  const noon = Date.UTC(2026, 0, 5, 12);
  let started: CloudWatchStack;
  let Namespace: string;
  let count = 0;
  beforeAll(async () => {
    started = await startCloudWatch({ clock, protocol });
  });
  afterAll(() => started.close());
  beforeEach(() => {
    Namespace = `App/${(count += 1)}`;
  });

  const put = (...MetricData: SDK.MetricDatum[]) =>
    started.client.send(new SDK.PutMetricDataCommand({ Namespace, MetricData }));
  const list = (input: SDK.ListMetricsCommandInput = {}) =>
    started.client.send(new SDK.ListMetricsCommand({ Namespace, ...input }));
  const statistics = (input: Partial<SDK.GetMetricStatisticsCommandInput>) =>
    started.client.send(
      new SDK.GetMetricStatisticsCommand({
        Namespace,
        MetricName: "m",
        StartTime: new Date(noon),
        EndTime: new Date(noon + HOUR),
        Period: 60,
        ...input,
      }),
    );
  const query = (Id: string, Stat: string, more: Partial<SDK.MetricStat & SDK.Metric> = {}): SDK.MetricDataQuery => {
    const { Period = 60, Unit, MetricName = "m", Dimensions } = more;
    return { Id, MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period, Stat, Unit } };
  };
  const get = (MetricDataQueries: SDK.MetricDataQuery[], more: Partial<SDK.GetMetricDataCommandInput> = {}) =>
    started.client.send(
      new SDK.GetMetricDataCommand({
        StartTime: new Date(noon),
        EndTime: new Date(noon + HOUR),
        MetricDataQueries,
        ...more,
      }),
    );
  const values = async (...args: Parameters<typeof get>) =>
    (await get(...args)).MetricDataResults?.map(({ Values }) => Values);
  const at = (minute: number, second = 0) => new Date(noon + minute * MINUTE + second * 1000);

  describe("PutMetricData", () => {
    it("takes single values, values with counts, and statistic sets", async () => {
      await put(
        { MetricName: "m", Value: 1, Timestamp: at(0) },
        { MetricName: "m", Values: [2, 3.5], Counts: [2, 4], Timestamp: at(0, 59) },
        { MetricName: "m", Values: [7], Timestamp: at(1) },
        {
          MetricName: "m",
          StatisticValues: { SampleCount: 10, Sum: 50, Minimum: -1, Maximum: 9 },
          Timestamp: at(1),
        },
      );
      const all = ["SampleCount", "Sum", "Minimum", "Maximum", "Average"];
      expect(
        await values(
          all.map((stat, index) => query(`m${index}`, stat)),
          { ScanBy: "TimestampAscending" },
        ),
      ).toEqual([
        [7, 11],
        [19, 57],
        [1, -1],
        [3.5, 9],
        [19 / 7, 57 / 11],
      ]);
    });

    it("has the present time where there is none", async () => {
      await put({ MetricName: "m", Value: 1 });
      const { MetricDataResults } = await get([query("m", "Sum")]);
      expect(MetricDataResults?.[0]?.Timestamps).toEqual([new Date(now() - (now() % MINUTE))]);
    });

    it("keeps high-resolution metrics by the second, and others by the minute", async () => {
      const at1 = at(0, 10);
      await put(
        { MetricName: "fine", Value: 1, StorageResolution: 1, Timestamp: at1 },
        { MetricName: "fine", Value: 2, StorageResolution: 1, Timestamp: at(0, 21) },
        { MetricName: "m", Value: 3, Timestamp: at1 },
      );
      const input = { StartTime: new Date(noon + 5000), EndTime: at(1), ScanBy: "TimestampAscending" as const };
      const { MetricDataResults } = await get(
        [query("f", "Sum", { MetricName: "fine", Period: 10 }), query("m", "Sum", { Period: 60 })],
        input,
      );
      expect(MetricDataResults?.map(({ Timestamps }) => Timestamps)).toEqual([[at(0, 10), at(0, 20)], [at(0)]]);
    });

    it.runIf(protocol !== "cbor")("is read when the SDK compressed it, as it does from 10 KB", async () => {
      const data = Array.from({ length: 200 }, (_, index) => ({
        MetricName: "m",
        Value: index,
        Timestamp: at(0),
        Dimensions: [{ Name: "Some", Value: "x".repeat(100) }],
      }));
      let encoding: unknown;
      started.client.middlewareStack.add(
        (next) => async (args) => {
          const { request } = args;
          if (typeof request === "object" && request !== null && "headers" in request) {
            const headers: unknown = request.headers;
            encoding = headers;
          }
          return next(args);
        },
        { step: "finalizeRequest", name: "seeEncoding", override: true },
      );
      await put(...data);
      started.client.middlewareStack.remove("seeEncoding");
      expect(encoding).toMatchObject({ "content-encoding": "gzip" });
      const Dimensions = [{ Name: "Some", Value: "x".repeat(100) }];
      expect(await values([query("m", "SampleCount", { Dimensions })])).toEqual([[200]]);
    });

    const datum = { MetricName: "m", Value: 1 };
    it.each<[string, SDK.MetricDatum[], string, string]>([
      ["no data", [], "MissingParameter", "MetricData"],
      ["no value", [{ MetricName: "m" }], "InvalidParameterCombination", "MetricData.member.1.Value"],
      ["an empty list", [{ MetricName: "m", Values: [] }], "InvalidParameterCombination", "at least one|At least one"],
      [
        "two kinds of value",
        [datum, { ...datum, StatisticValues: { SampleCount: 1, Sum: 1, Minimum: 1, Maximum: 1 } }],
        "InvalidParameterCombination",
        "MetricData.member.2.Value and MetricData.member.2.StatisticValues",
      ],
      ["NaN", [{ MetricName: "m", Value: NaN }], "InvalidParameterValue", "NaN"],
      ["infinity", [{ MetricName: "m", Value: -Infinity }], "InvalidParameterValue", "-Infinity"],
      ["too large a value", [{ MetricName: "m", Value: 2 ** 361 }], "InvalidParameterValue", "Value"],
      [
        "151 values",
        [{ MetricName: "m", Values: Array.from({ length: 151 }, (_, index) => index) }],
        "InvalidParameterValue",
        "150",
      ],
      [
        "counts that do not match",
        [{ MetricName: "m", Values: [1], Counts: [1, 2] }],
        "InvalidParameterValue",
        "Counts",
      ],
      [
        "a statistic set the wrong way round",
        [{ MetricName: "m", StatisticValues: { SampleCount: 1, Sum: 1, Minimum: 2, Maximum: 1 } }],
        "InvalidParameterValue",
        "Maximum",
      ],
      [
        "31 dimensions",
        [{ ...datum, Dimensions: Array.from({ length: 31 }, (_, index) => ({ Name: `${index}`, Value: "v" })) }],
        "InvalidParameterValue",
        "30",
      ],
      [
        "a dimension twice",
        [{ ...datum, Dimensions: ["a", "b"].map((Value) => ({ Name: "n", Value })) }],
        "InvalidParameterValue",
        "twice",
      ],
      ["an unknown unit", [{ ...datum, Unit: "Moments" as "Count" }], "InvalidParameterValue", "Seconds, "],
      ["a resolution of 10", [{ ...datum, StorageResolution: 10 }], "InvalidParameterValue", "1, 60"],
      [
        "a time two weeks past",
        [{ ...datum, Timestamp: new Date(noon - 15 * DAY) }],
        "InvalidParameterValue",
        "past two weeks",
      ],
      [
        "a time three hours ahead",
        [{ ...datum, Timestamp: new Date(noon + 3 * HOUR) }],
        "InvalidParameterValue",
        "past two weeks",
      ],
      ["1,001 metrics", Array.from({ length: 1001 }, () => datum), "InvalidParameterValue", "1000"],
    ])("refuses %s", async (_what, data, code, message) => {
      await expect(put(...data)).rejects.toMatchObject({
        Error: { Code: code },
        message: expect.stringMatching(message),
        $metadata: { httpStatusCode: 400 },
      });
      expect((await list()).Metrics).toEqual([]);
    });

    it("refuses namespaces that are AWS's own", async () => {
      Namespace = "AWS/Lambda";
      await expect(put(datum)).rejects.toBeInstanceOf(SDK.InvalidParameterValueException);
      Namespace = ":n";
      await expect(put(datum)).rejects.toMatchObject({ Error: { Code: "ValidationError" } });
    });
  });

  describe("ListMetrics", () => {
    it("finds by name and by dimensions, of which a metric may have more", async () => {
      const Dimensions = [
        { Name: "App", Value: "a" },
        { Name: "Stage", Value: "dev" },
      ];
      await put(
        { MetricName: "b", Value: 1, Dimensions },
        { MetricName: "a", Value: 1, Dimensions: Dimensions.slice(0, 1) },
        { MetricName: "a", Value: 1 },
      );
      const found = async (input: SDK.ListMetricsCommandInput) =>
        (await list(input)).Metrics?.map(({ MetricName, Dimensions: own }) => `${MetricName}${own?.length}`);
      expect(await found({})).toEqual(["a1", "a0", "b2"]);
      expect(await found({ MetricName: "a" })).toEqual(["a1", "a0"]);
      expect(await found({ Dimensions: [{ Name: "App", Value: "a" }] })).toEqual(["a1", "b2"]);
      expect(await found({ Dimensions: [{ Name: "Stage" }] })).toEqual(["b2"]);
      expect(await found({ Dimensions: [{ Name: "App", Value: "other" }] })).toEqual([]);
      expect((await list({ MetricName: "b" })).Metrics).toEqual([{ Namespace, MetricName: "b", Dimensions }]);
    });

    it("pages by 500, and leaves out what had no data lately", async () => {
      const data = Array.from({ length: 1200 }, (_, index) => ({
        MetricName: "m",
        Value: 1,
        Dimensions: [{ Name: "n", Value: String(index) }],
        Timestamp: index < 200 ? new Date(noon - 4 * HOUR) : at(0),
      }));
      await put(...data.slice(0, 1000));
      await put(...data.slice(1000));
      const sizes: (number | undefined)[] = [];
      const seen = new Set<string | undefined>();
      for await (const page of SDK.paginateListMetrics({ client: started.client }, { Namespace })) {
        sizes.push(page.Metrics?.length);
        for (const metric of page.Metrics ?? []) seen.add(metric.Dimensions?.[0]?.Value);
      }
      expect([sizes, seen.size]).toEqual([[500, 500, 200], 1200]);
      let recent = 0;
      for await (const page of SDK.paginateListMetrics(
        { client: started.client },
        { Namespace, RecentlyActive: "PT3H" },
      ))
        recent += page.Metrics?.length ?? 0;
      expect(recent).toBe(1000);
      await expect(list({ NextToken: "nonsense" })).rejects.toMatchObject({ Error: { Code: expect.any(String) } });
    });
  });

  describe("GetMetricStatistics", () => {
    it("gives the statistics that are asked for, by period and unit", async () => {
      await put(
        { MetricName: "m", Values: [1, 2, 3, 4, 100], Unit: "Seconds", Timestamp: at(0) },
        { MetricName: "m", Value: 5, Unit: "Count", Timestamp: at(1) },
      );
      expect(await statistics({ Statistics: ["Average", "Maximum"] })).toMatchObject({
        Label: "m",
        Datapoints: [
          { Timestamp: at(0), Average: 22, Maximum: 100, Unit: "Seconds" },
          { Timestamp: at(1), Average: 5, Maximum: 5, Unit: "Count" },
        ],
      });
      expect((await statistics({ Statistics: ["Sum"], Unit: "Count", Period: 300 })).Datapoints).toEqual([
        { Timestamp: at(0), Sum: 5, Unit: "Count" },
      ]);
      const { Datapoints } = await statistics({ ExtendedStatistics: ["p50", "tm80"], Unit: "Seconds" });
      expect(Datapoints?.[0]?.ExtendedStatistics).toEqual({ p50: 3, tm80: 2.5 });
      expect((await statistics({ Statistics: ["Sum"], MetricName: "other" })).Datapoints).toEqual([]);
    });

    it.each<[string, Partial<SDK.GetMetricStatisticsCommandInput>, string, string]>([
      ["no statistics", {}, "InvalidParameterCombination", "Statistics and ExtendedStatistics"],
      [
        "both kinds of statistics",
        { Statistics: ["Sum"], ExtendedStatistics: ["p5"] },
        "InvalidParameterCombination",
        "Only one",
      ],
      ["a statistic that is none", { Statistics: ["Mode" as "Sum"] }, "InvalidParameterValue", "Average"],
      ["a percentile over 100", { ExtendedStatistics: ["p101"] }, "InvalidParameterValue", "p101"],
      ["a statistic that is not offered", { ExtendedStatistics: ["IQM"] }, "ValidationError", "does not offer"],
      ["a period of 7", { Statistics: ["Sum"], Period: 7 }, "InvalidParameterValue", "Period"],
      ["a period of 0", { Statistics: ["Sum"], Period: 0 }, "ValidationError", "'period'"],
      ["an end before the start", { Statistics: ["Sum"], EndTime: new Date(0) }, "InvalidParameterValue", "EndTime"],
      ["no name", { Statistics: ["Sum"], MetricName: undefined }, "MissingParameter", "MetricName"],
      [
        "too many datapoints",
        { Statistics: ["Sum"], StartTime: new Date(noon - DAY - HOUR) },
        "InvalidParameterCombination",
        "1,440",
      ],
    ])("refuses %s", async (_what, input, code, message) => {
      await expect(statistics(input)).rejects.toMatchObject({
        Error: { Code: code },
        message: expect.stringContaining(message),
      });
    });
  });

  describe("GetMetricData", () => {
    it("scans from the latest, or from the first, and starts periods where the query starts", async () => {
      await put(...[0, 1, 2, 5].map((minute) => ({ MetricName: "m", Value: minute, Timestamp: at(minute) })));
      expect(await values([query("m", "Sum")])).toEqual([[5, 2, 1, 0]]);
      expect(await values([query("m", "Sum")], { ScanBy: "TimestampAscending" })).toEqual([[0, 1, 2, 5]]);
      const shifted = await get([query("m", "Sum", { Period: 300 })], { StartTime: at(1, 30) });
      expect(shifted.MetricDataResults?.[0]).toMatchObject({
        Timestamps: [at(1)],
        Values: [8],
        StatusCode: "Complete",
      });
      // The end does not belong to it.
      expect(await values([query("m", "Sum")], { EndTime: at(2) })).toEqual([[1, 0]]);
    });

    it("labels results by what differs", async () => {
      await put({ MetricName: "m", Value: 1, Timestamp: at(0) });
      const labels = async (...queries: SDK.MetricDataQuery[]) =>
        (await get(queries)).MetricDataResults?.map(({ Label }) => Label);
      expect(await labels(query("a", "Sum"), query("b", "Sum", { MetricName: "n" }))).toEqual(["m", "n"]);
      expect(await labels(query("a", "Sum"), query("b", "Average"))).toEqual(["m Sum", "m Average"]);
      expect(await labels(query("a", "Sum"), query("b", "p99", { Period: 300 }))).toEqual(["m Sum 60", "m p99 300"]);
      expect(await labels({ ...query("a", "Sum"), Label: "mine" }, { Id: "e", Expression: "a" })).toEqual([
        "mine",
        "e",
      ]);
    });

    it("says when data have several units and none was named", async () => {
      await put(
        { MetricName: "m", Value: 60, Unit: "Seconds", Timestamp: at(0) },
        { MetricName: "m", Value: 60_000, Unit: "Milliseconds", Timestamp: at(0) },
      );
      expect((await get([query("m", "Sum")])).MetricDataResults).toEqual([
        expect.objectContaining({
          Values: [60_000],
          Messages: [{ Code: "MultipleUnits", Value: "Multiple units returned: '[Milliseconds, Seconds]'" }],
        }),
      ]);
      expect(await values([query("m", "Sum", { Unit: "Seconds" }), query("n", "Sum", { Unit: "Bytes" })])).toEqual([
        [60],
        [],
      ]);
    });

    it("pages over all queries by MaxDatapoints", async () => {
      for (const MetricName of ["a", "b", "c"])
        await put(...[0, 1, 2].map((minute) => ({ MetricName, Value: minute, Timestamp: at(minute) })));
      const queries = ["a", "b", "c"].map((name) => query(name, "Sum", { MetricName: name }));
      const all = new Map<string, number[]>();
      const states: string[] = [];
      for await (const page of SDK.paginateGetMetricData(
        { client: started.client },
        { StartTime: at(0), EndTime: at(9), MetricDataQueries: queries, MaxDatapoints: 4 },
      )) {
        for (const { Id = "", Values = [] } of page.MetricDataResults ?? [])
          all.set(Id, [...(all.get(Id) ?? []), ...Values]);
        states.push((page.MetricDataResults ?? []).map(({ StatusCode }) => StatusCode?.charAt(0)).join(""));
      }
      expect(Object.fromEntries(all)).toEqual({ a: [2, 1, 0], b: [2, 1, 0], c: [2, 1, 0] });
      expect(states).toEqual(["CPP", "CCP", "CCC"]);
    });

    it("has percentiles only where single values are known and none is negative", async () => {
      await put(
        { MetricName: "set", StatisticValues: { SampleCount: 2, Sum: 3, Minimum: 1, Maximum: 2 }, Timestamp: at(0) },
        { MetricName: "one", StatisticValues: { SampleCount: 3, Sum: 6, Minimum: 2, Maximum: 2 }, Timestamp: at(0) },
        { MetricName: "negative", Values: [-1, 5], Timestamp: at(0) },
      );
      const names = ["set", "one", "negative"];
      expect(await values(names.map((MetricName) => query(MetricName, "p50", { MetricName })))).toEqual([[], [2], []]);
    });

    it("computes with metrics", async () => {
      await put(
        ...[1, 2, 3].map((value) => ({ MetricName: "m", Value: value, Timestamp: at(value) })),
        ...[1, 3].map((value) => ({ MetricName: "n", Value: value * 10, Timestamp: at(value) })),
      );
      const hidden = (Id: string, MetricName: string) => ({ ...query(Id, "Sum", { MetricName }), ReturnData: false });
      const compute = (Expression: string) =>
        values([hidden("m", "m"), hidden("n", "n"), { Id: "e", Expression }], {
          EndTime: at(4),
          ScanBy: "TimestampAscending",
        });
      expect(await compute("100 * (n - m) / n")).toEqual([[90, 90]]);
      expect(await compute("-m + 2 ^ 3 / 4")).toEqual([[1, 0, -1]]);
      expect(await compute("SUM(METRICS())")).toEqual([[11, 2, 33]]);
      expect(await compute("MAX([m, n]) / AVG(m)")).toEqual([[5, 1, 15]]);
      expect(await compute("FILL(n, 0)")).toEqual([[0, 10, 0, 30]]);
      expect(await compute("FILL(n, REPEAT)")).toEqual([[10, 10, 30]]);
      expect(await compute("IF(m >= 2, m, 0)")).toEqual([[0, 2, 3]]);
      expect(await compute("m / (m - 2)")).toEqual([[-1, 3]]);
      expect(await compute('METRICS("m") * 2')).toEqual([[2, 4, 6]]);
      expect(await compute("METRICS()")).toEqual([
        [1, 2, 3],
        [10, 30],
      ]);
    });

    const m = (more: Partial<SDK.MetricDataQuery> = {}): SDK.MetricDataQuery => ({
      Id: "m",
      MetricStat: { Metric: { Namespace: "n", MetricName: "m" }, Period: 60, Stat: "Sum" },
      ...more,
    });
    const e = (Expression: string, Id = "e") => ({ Id, Expression });
    it.each<[string, SDK.MetricDataQuery[], string]>([
      ["no queries", [], "MetricDataQueries"],
      ["501 queries", Array.from({ length: 501 }, (_, index) => m({ Id: `m${index}` })), "500"],
      ["an id twice", [m(), m()], "not unique"],
      ["an id that starts with a capital", [m({ Id: "M" })], "MetricDataQueries.member.1.Id"],
      ["neither metric nor expression", [{ Id: "a" }], "Exactly one"],
      ["both metric and expression", [m({ Expression: "m" })], "Exactly one"],
      [
        "a statistic that is none",
        [m({ MetricStat: { Metric: { Namespace: "n", MetricName: "m" }, Period: 60, Stat: "Mode" } })],
        "The value Mode for parameter MetricDataQueries.member.1.MetricStat.Stat is not a valid statistic.",
      ],
      [
        "a statistic that is not offered",
        [m({ MetricStat: { Metric: { Namespace: "n", MetricName: "m" }, Period: 60, Stat: "wm90" } })],
        "does not offer the statistic wm90",
      ],
      [
        "a period of 61",
        [m({ MetricStat: { Metric: { Namespace: "n", MetricName: "m" }, Period: 61, Stat: "Sum" } })],
        "Period",
      ],
      ["an expression that ends too early", [e("1 +")], "Error in expression 'e'"],
      ["an expression with nonsense", [e("m ! 2")], "character 2"],
      ["an unknown identifier", [e("q + 1")], "'q'"],
      ["an expression of itself", [e("a", "b"), e("b", "a")], "itself"],
      ["a scalar result", [m(), e("AVG(m)")], "time series"],
      ["an operation between arrays", [m(), e("METRICS() + METRICS()")], "arrays"],
      ["a function that is not offered", [m(), e("ANOMALY_DETECTION_BAND(m)")], "does not offer the function"],
      ["a search", [e("SEARCH('{AWS/SQS}', 'Sum')")], "does not offer the function SEARCH"],
      ["a query", [e('SELECT AVG(x) FROM "y"')], "does not offer Metrics Insights"],
    ])("refuses %s", async (_what, queries, message) => {
      await expect(get(queries)).rejects.toMatchObject({
        Error: { Code: "ValidationError" },
        message: expect.stringContaining(message),
      });
    });

    it("refuses an end before the start, and a token that is none", async () => {
      await expect(get([m()], { EndTime: at(-1) })).rejects.toThrow("EndTime");
      await expect(get([m()], { MaxDatapoints: 0 })).rejects.toThrow("MaxDatapoints");
      await expect(get([m()], { NextToken: "nonsense" })).rejects.toBeInstanceOf(SDK.InvalidNextToken);
    });
  });

  it("answers for what it has not with an error of its own, and warns once", async () => {
    const command = new SDK.PutDashboardCommand({ DashboardName: "d", DashboardBody: "{}" });
    const code = protocol === "query" ? "InvalidAction" : "UnknownOperation";
    for (let times = 0; times < 2; times += 1)
      await expect(started.client.send(command)).rejects.toMatchObject({ Error: { Code: code } });
    const warnings = started.events.flatMap((event) => (event.type === "warning" ? [event.message] : []));
    expect(warnings).toEqual(["The local stack does not offer CloudWatch's PutDashboard."]);
  });
});
