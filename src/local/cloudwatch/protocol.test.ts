import fc from "fast-check";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CloudWatchStack, startCloudWatch } from "../../../test/helpers/cloudwatch.ts";
import { decodeCbor, encodeCbor } from "../wire/cbor.ts";
import { ACTIONS } from "./actions/table.ts";

let started: CloudWatchStack;
beforeAll(async () => {
  started = await startCloudWatch();
});
afterAll(() => started.close());

const TARGET = "GraniteServiceVersion20100801";

const json = (operation: string, body: string | Buffer, headers: Record<string, string> = {}) =>
  fetch(started.stack.endpoint, {
    method: "POST",
    headers: { "x-amz-target": `${TARGET}.${operation}`, ...headers },
    body: new Uint8Array(Buffer.from(body)),
  });
const cbor = (operation: string, body: Buffer, headers: Record<string, string> = {}) =>
  fetch(`${started.stack.endpoint}/service/${TARGET}/operation/${operation}`, {
    method: "POST",
    headers: { "smithy-protocol": "rpc-v2-cbor", ...headers },
    body: new Uint8Array(body),
  });
const query = (body: string) =>
  fetch(started.stack.endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      authorization: "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/monitoring/aws4_request, Signature=s",
    },
    body,
  });

const datum = (MetricName: string) => ({ Namespace: "App", MetricData: [{ MetricName, Value: 1 }] });
const samples = async (MetricName: string) => {
  const now = Date.now() / 1000;
  const range = { StartTime: now - 600, EndTime: now + 60, Period: 60, Statistics: ["SampleCount"] };
  const answer = await json("GetMetricStatistics", JSON.stringify({ Namespace: "App", MetricName, ...range }));
  return answer.text();
};

describe("the wire", () => {
  it("answers in CBOR with the headers that its clients look for", async () => {
    const answer = await cbor("ListMetrics", encodeCbor({ Namespace: "None" }));
    expect([answer.status, answer.headers.get("smithy-protocol"), answer.headers.get("content-type")]).toEqual([
      200,
      "rpc-v2-cbor",
      "application/cbor",
    ]);
    expect(decodeCbor(Buffer.from(await answer.arrayBuffer()))).toEqual({ Metrics: [] });
    const refused = await cbor("SetAlarmState", encodeCbor({ AlarmName: "none", StateValue: "OK", StateReason: "" }));
    expect([refused.status, refused.headers.get("x-amzn-query-error")]).toEqual([404, "ResourceNotFound;Sender"]);
    expect(decodeCbor(Buffer.from(await refused.arrayBuffer()))).toMatchObject({
      __type: "com.amazonaws.cloudwatch#ResourceNotFound",
    });
  });

  it("answers forms in XML, by POST and by GET", async () => {
    const put = new URLSearchParams({
      Action: "PutMetricData",
      Version: "2010-08-01",
      Namespace: "App",
      "MetricData.member.2.MetricName": "form",
      "MetricData.member.2.Value": "2",
      "MetricData.member.10.MetricName": "form",
      "MetricData.member.10.Value": "10",
      "MetricData.member.1.MetricName": "form",
      "MetricData.member.1.Value": "1",
      "MetricData.member.1.Dimensions.member.1.Name": "a<b",
      "MetricData.member.1.Dimensions.member.1.Value": "&",
    });
    expect(await (await query(put.toString())).text()).toMatch(
      /^<PutMetricDataResponse xmlns="http:\/\/monitoring.amazonaws.com\/doc\/2010-08-01\/"><ResponseMetadata><RequestId>/,
    );
    const list = new URLSearchParams({ Action: "ListMetrics", Version: "2010-08-01", MetricName: "form" });
    const answer = await fetch(`${started.stack.endpoint}/?${list.toString()}`);
    expect(await answer.text()).toContain(
      "<Dimensions><member><Name>a&#60;b</Name><Value>&#38;</Value></member></Dimensions>",
    );
  });

  it("reads gzip, in CBOR too", async () => {
    const gzip = { "content-encoding": "gzip" };
    expect((await json("PutMetricData", gzipSync(JSON.stringify(datum("zipped"))), gzip)).status).toBe(200);
    expect((await cbor("PutMetricData", gzipSync(encodeCbor(datum("zipped"))), gzip)).status).toBe(200);
    expect(await samples("zipped")).toContain('"SampleCount":2');
  });

  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
  it.each<[string, () => Promise<Response>, number, string]>([
    ["JSON that is cut", () => json("ListMetrics", '{"a"'), 400, "SerializationException"],
    ["JSON that is no object", () => json("ListMetrics", "[]"), 400, "SerializationException"],
    ["a member of the wrong type", () => json("ListMetrics", '{"Namespace":5}'), 400, "SerializationException"],
    ["numbers as text", () => json("DescribeAlarms", '{"MaxRecords":"5"}'), 400, "SerializationException"],
    ["a list that is none", () => json("ListMetrics", '{"Dimensions":{}}'), 400, "SerializationException"],
    ["an operation without a name", () => json("", "{}"), 400, "UnknownOperationException"],
    ["a name that every object has", () => json("toString", "{}"), 400, "UnknownOperationException"],
    ["CBOR that is cut", () => cbor("ListMetrics", Buffer.of(0xa1)), 400, "SerializationException"],
    ["CBOR that is no map", () => cbor("ListMetrics", Buffer.of(1)), 400, "SerializationException"],
    [
      "gzip that is none",
      () => json("ListMetrics", "{}", { "content-encoding": "gzip" }),
      400,
      "SerializationException",
    ],
    [
      "gzip that unpacks without end",
      () => json("ListMetrics", bomb, { "content-encoding": "gzip" }),
      400,
      "SerializationException",
    ],
    ["another encoding", () => json("ListMetrics", "{}", { "content-encoding": "br" }), 400, "SerializationException"],
    ["a form without an action", () => query("Version=2010-08-01"), 400, "InvalidAction"],
    ["names without end", () => query(`Action=ListMetrics&${"a.".repeat(1000)}b=1`), 400, "MalformedQueryString"],
    ["more than a megabyte", () => json("ListMetrics", "x".repeat(1_100_000)), 413, "RequestEntityTooLarge"],
  ])("refuses %s", async (_what, send, status, code) => {
    const answer = await send();
    expect([answer.status, await answer.text()]).toEqual([status, expect.stringContaining(code)]);
  });
});

const NAMES = (
  "Namespace MetricName MetricData Value Values Counts StatisticValues Timestamp Unit StorageResolution Dimensions Name " +
  "MetricDataQueries Id Expression MetricStat Metric Period Stat StartTime EndTime Statistics ExtendedStatistics " +
  "AlarmName AlarmNames Metrics ComparisonOperator Threshold EvaluationPeriods NextToken MaxRecords ResourceARN Tags __proto__"
).split(" ");

describe("anything at all", () => {
  const operation = fc.constantFrom(...Object.keys(ACTIONS));
  /** Names that actions know, with values that they may not. */
  const name = fc.constantFrom(...NAMES);
  const { value } = fc.letrec<{ value: unknown; object: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5, depthSize: "medium" },
      fc.constantFrom("Sum", "p99", "m", "a + b", "SUM(METRICS())", "((((", "NaN", "", "5", "2026-01-01T00:00:00Z"),
      fc.double(),
      fc.integer({ min: -5, max: 100 }),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("value"), { maxLength: 3 }),
      tie("object"),
    ),
    object: fc.dictionary(name, tie("value"), { maxKeys: 5 }),
  }));
  const body = fc.dictionary(name, value, { maxKeys: 8 });

  it("is answered, with success or with AWS's error, and never by a failure of the stack", async () => {
    await fc.assert(
      fc.asyncProperty(operation, body, async (asked, members) => {
        for (const answer of [await json(asked, JSON.stringify(members)), await cbor(asked, encodeCbor(members))]) {
          expect([200, 400, 404]).toContain(answer.status);
          const error = answer.headers.get("x-amzn-errortype");
          expect(error === null).toBe(answer.status === 200);
          await answer.arrayBuffer();
        }
      }),
      { numRuns: 300 },
    );
  });

  it("is answered in a form, too", async () => {
    const path = fc.array(fc.oneof(name, fc.constant("member"), fc.constantFrom("1", "2", "-1", "x", "")), {
      minLength: 1,
      maxLength: 6,
    });
    const fields = fc.array(
      fc.tuple(
        path.map((steps) => steps.join(".")),
        fc.oneof(fc.string(), fc.constant("1")),
      ),
      {
        maxLength: 12,
      },
    );
    await fc.assert(
      fc.asyncProperty(operation, fields, async (asked, given) => {
        const answer = await query(new URLSearchParams([["Action", asked], ...given]).toString());
        expect([200, 400, 404]).toContain(answer.status);
        expect(await answer.text()).toMatch(
          answer.status === 200 ? /Response xmlns/ : /<ErrorResponse><Error><Type>Sender/,
        );
      }),
      { numRuns: 300 },
    );
  });
});
