import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as lambda from "@aws-sdk/client-lambda";
import * as s3 from "@aws-sdk/client-s3";
import * as sqs from "@aws-sdk/client-sqs";
import * as ssm from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startEmbeddedStack } from "../../test/helpers/stack.ts";
import { readSections } from "../../test/repository/local-stack/page.ts";
import { zip } from "./lambda/test/zip.ts";
import type { LocalStack } from "./stack.ts";

/** Everything of which there are several is made five times, and read by two a page. */
const COUNT = 5;
const SIZE = 2;
const numbers = Array.from({ length: COUNT }, (_, index) => index + 1);
const named = (prefix: string) => numbers.map((number) => `${prefix}${number}`);
const queueArn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;
const T0 = Date.now() - 60_000;

let stack: LocalStack;
let clients: ReturnType<typeof makeClients>;

function makeClients(endpoint: string) {
  const config = {
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    maxAttempts: 1,
  };
  return {
    sqs: new sqs.SQSClient(config),
    dynamodb: new dynamodb.DynamoDBClient(config),
    logs: new logs.CloudWatchLogsClient(config),
    cloudwatch: new cloudwatch.CloudWatchClient(config),
    lambda: new lambda.LambdaClient(config),
    s3: new s3.S3Client({ ...config, forcePathStyle: true }),
    ssm: new ssm.SSMClient(config),
  };
}

beforeAll(async () => {
  stack = await startEmbeddedStack();
  clients = makeClients(stack.endpoint);
  await Promise.all([provideQueues(), provideTables(), provideLogs(), provideMetrics(), provideObjects()]);
  await provideParameters();
  await provideFunctions();
});
afterAll(() => stack.close());

async function provideQueues() {
  stack.services.sqs.createQueue("dead");
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn("dead"), maxReceiveCount: 3 });
  for (const QueueName of named("page-q"))
    await clients.sqs.send(new sqs.CreateQueueCommand({ QueueName, Attributes: { RedrivePolicy } }));
}

async function provideTables() {
  for (const name of named("table")) stack.services.dynamodb.ensureTable({ name, partitionKey: "pk", sortKey: "sk" });
  for (const sk of named("item")) {
    const Item = { pk: { S: "one" }, sk: { S: sk } };
    await clients.dynamodb.send(new dynamodb.PutItemCommand({ TableName: "table1", Item }));
  }
}

async function provideLogs() {
  for (const logGroupName of named("group")) await clients.logs.send(new logs.CreateLogGroupCommand({ logGroupName }));
  const logGroupName = "group1";
  for (const logStreamName of named("stream"))
    await clients.logs.send(new logs.CreateLogStreamCommand({ logGroupName, logStreamName }));
  const logEvents = numbers.map((number) => ({ timestamp: T0 + number, message: `line${number}` }));
  await clients.logs.send(new logs.PutLogEventsCommand({ logGroupName, logStreamName: "stream1", logEvents }));
}

async function provideMetrics() {
  const MetricData = numbers.map((number) => ({
    MetricName: "depth",
    Value: number,
    // A period each.
    Timestamp: new Date(T0 - number * 60_000),
  }));
  await clients.cloudwatch.send(new cloudwatch.PutMetricDataCommand({ Namespace: "Pages", MetricData }));
  for (const AlarmName of named("alarm")) {
    const alarm = { Namespace: "Pages", MetricName: "depth", Statistic: "Sum", Period: 60 } as const;
    const limit = { EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: "GreaterThanThreshold" } as const;
    await clients.cloudwatch.send(new cloudwatch.PutMetricAlarmCommand({ AlarmName, ...alarm, ...limit }));
  }
}

async function provideObjects() {
  for (const Bucket of named("bucket")) await clients.s3.send(new s3.CreateBucketCommand({ Bucket }));
  for (const Key of named("key")) await clients.s3.send(new s3.PutObjectCommand({ Bucket: "bucket1", Key, Body: "x" }));
  const target = { Bucket: "bucket1", Key: "parts" };
  const { UploadId } = await clients.s3.send(new s3.CreateMultipartUploadCommand(target));
  for (const PartNumber of numbers)
    await clients.s3.send(new s3.UploadPartCommand({ ...target, UploadId, PartNumber, Body: "x" }));
}

async function provideParameters() {
  for (const Name of named("/page/name"))
    await clients.ssm.send(new ssm.PutParameterCommand({ Name, Value: "v", Type: "String" }));
  for (const Value of named("v"))
    await clients.ssm.send(
      new ssm.PutParameterCommand({ Name: "/other/versions", Value, Type: "String", Overwrite: true }),
    );
}

async function provideFunctions() {
  const ZipFile = zip({ "index.mjs": "export const handler = async () => {};" });
  for (const FunctionName of named("function"))
    await clients.lambda.send(
      new lambda.CreateFunctionCommand({
        FunctionName,
        Role: "arn:aws:iam::000000000000:role/r",
        Runtime: "nodejs22.x",
        Handler: "index.handler",
        Code: { ZipFile },
      }),
    );
  for (const queue of named("page-q"))
    await clients.lambda.send(
      new lambda.CreateEventSourceMappingCommand({ FunctionName: "function1", EventSourceArn: queueArn(queue) }),
    );
}

/** One page of an operation: what is on it, in the words of `expected`. */
type Pages = AsyncIterable<(string | undefined)[] | undefined>;

async function* each<Page>(pages: AsyncIterable<Page>, of: (page: Page) => (string | undefined)[] | undefined): Pages {
  for await (const page of pages) yield of(page);
}

/** Of every operation that the SDK pages and the stack offers: its pages, and what they hold together. */
const CASES: Record<string, { pages(): Pages; expected: string[] }> = {
  ListQueues: {
    pages: () =>
      each(
        sqs.paginateListQueues({ client: clients.sqs, pageSize: SIZE }, { QueueNamePrefix: "page-" }),
        ({ QueueUrls }) => QueueUrls?.map((url) => url.split("/").at(-1)),
      ),
    expected: named("page-q"),
  },
  ListDeadLetterSourceQueues: {
    pages: () =>
      each(
        sqs.paginateListDeadLetterSourceQueues(
          { client: clients.sqs, pageSize: SIZE },
          { QueueUrl: `${stack.endpoint}/000000000000/dead` },
        ),
        ({ queueUrls }) => queueUrls?.map((url) => url.split("/").at(-1)),
      ),
    expected: named("page-q"),
  },
  ListTables: {
    pages: () =>
      each(
        dynamodb.paginateListTables({ client: clients.dynamodb, pageSize: SIZE }, {}),
        ({ TableNames }) => TableNames,
      ),
    expected: named("table"),
  },
  Query: {
    pages: () =>
      each(
        dynamodb.paginateQuery(
          { client: clients.dynamodb, pageSize: SIZE },
          {
            TableName: "table1",
            KeyConditionExpression: "pk = :pk",
            ExpressionAttributeValues: { ":pk": { S: "one" } },
          },
        ),
        ({ Items }) => Items?.map((item) => item["sk"]?.S),
      ),
    expected: named("item"),
  },
  Scan: {
    pages: () =>
      each(dynamodb.paginateScan({ client: clients.dynamodb, pageSize: SIZE }, { TableName: "table1" }), ({ Items }) =>
        Items?.map((item) => item["sk"]?.S),
      ),
    expected: named("item"),
  },
  DescribeLogGroups: {
    pages: () =>
      each(
        logs.paginateDescribeLogGroups({ client: clients.logs, pageSize: SIZE }, { logGroupNamePrefix: "group" }),
        ({ logGroups }) => logGroups?.map(({ logGroupName }) => logGroupName),
      ),
    expected: named("group"),
  },
  DescribeLogStreams: {
    pages: () =>
      each(
        logs.paginateDescribeLogStreams({ client: clients.logs, pageSize: SIZE }, { logGroupName: "group1" }),
        ({ logStreams }) => logStreams?.map(({ logStreamName }) => logStreamName),
      ),
    expected: named("stream"),
  },
  FilterLogEvents: {
    pages: () =>
      each(
        logs.paginateFilterLogEvents({ client: clients.logs, pageSize: SIZE }, { logGroupName: "group1" }),
        ({ events }) => events?.map(({ message }) => message),
      ),
    expected: named("line"),
  },
  GetLogEvents: {
    pages: () =>
      each(
        logs.paginateGetLogEvents(
          { client: clients.logs, pageSize: SIZE, stopOnSameToken: true },
          { logGroupName: "group1", logStreamName: "stream1", startFromHead: true },
        ),
        ({ events }) => events?.map(({ message }) => message),
      ),
    expected: named("line"),
  },
  GetMetricData: {
    pages: () =>
      each(
        cloudwatch.paginateGetMetricData(
          { client: clients.cloudwatch, pageSize: SIZE },
          {
            StartTime: new Date(T0 - (COUNT + 2) * 60_000),
            EndTime: new Date(),
            MetricDataQueries: [
              {
                Id: "m",
                MetricStat: { Metric: { Namespace: "Pages", MetricName: "depth" }, Period: 60, Stat: "Sum" },
              },
            ],
          },
        ),
        ({ MetricDataResults }) => MetricDataResults?.flatMap(({ Values }) => Values?.map(String)),
      ),
    expected: numbers.map(String),
  },
  DescribeAlarms: {
    pages: () =>
      each(cloudwatch.paginateDescribeAlarms({ client: clients.cloudwatch, pageSize: SIZE }, {}), ({ MetricAlarms }) =>
        MetricAlarms?.map(({ AlarmName }) => AlarmName),
      ),
    expected: named("alarm"),
  },
  DescribeAlarmHistory: {
    pages: () =>
      each(
        cloudwatch.paginateDescribeAlarmHistory(
          { client: clients.cloudwatch, pageSize: SIZE },
          { HistoryItemType: "ConfigurationUpdate" },
        ),
        ({ AlarmHistoryItems }) => AlarmHistoryItems?.map(({ AlarmName }) => AlarmName),
      ),
    expected: named("alarm"),
  },
  DescribeParameters: {
    pages: () =>
      each(
        ssm.paginateDescribeParameters(
          { client: clients.ssm, pageSize: SIZE },
          { ParameterFilters: [{ Key: "Path", Values: ["/page"] }] },
        ),
        ({ Parameters }) => Parameters?.map(({ Name }) => Name),
      ),
    expected: named("/page/name"),
  },
  GetParametersByPath: {
    pages: () =>
      each(
        ssm.paginateGetParametersByPath({ client: clients.ssm, pageSize: SIZE }, { Path: "/page" }),
        ({ Parameters }) => Parameters?.map(({ Name }) => Name),
      ),
    expected: named("/page/name"),
  },
  GetParameterHistory: {
    pages: () =>
      each(
        ssm.paginateGetParameterHistory({ client: clients.ssm, pageSize: SIZE }, { Name: "/other/versions" }),
        ({ Parameters }) => Parameters?.map(({ Value }) => Value),
      ),
    expected: named("v"),
  },
  ListBuckets: {
    pages: () =>
      each(s3.paginateListBuckets({ client: clients.s3, pageSize: SIZE }, { Prefix: "bucket" }), ({ Buckets }) =>
        Buckets?.map(({ Name }) => Name),
      ),
    expected: named("bucket"),
  },
  ListObjectsV2: {
    pages: () =>
      each(s3.paginateListObjectsV2({ client: clients.s3, pageSize: SIZE }, { Bucket: "bucket1" }), ({ Contents }) =>
        Contents?.map(({ Key }) => Key),
      ),
    expected: named("key"),
  },
  ListParts: {
    async *pages() {
      const target = { Bucket: "bucket1", Key: "parts" };
      const { Uploads } = await clients.s3.send(new s3.ListMultipartUploadsCommand(target));
      const input = { ...target, UploadId: Uploads?.[0]?.UploadId };
      yield* each(s3.paginateListParts({ client: clients.s3, pageSize: SIZE }, input), ({ Parts }) =>
        Parts?.map(({ PartNumber }) => String(PartNumber)),
      );
    },
    expected: numbers.map(String),
  },
  ListFunctions: {
    pages: () =>
      each(lambda.paginateListFunctions({ client: clients.lambda, pageSize: SIZE }, {}), ({ Functions }) =>
        Functions?.map(({ FunctionName }) => FunctionName),
      ),
    expected: named("function"),
  },
  ListEventSourceMappings: {
    pages: () =>
      each(
        lambda.paginateListEventSourceMappings(
          { client: clients.lambda, pageSize: SIZE },
          { FunctionName: "function1" },
        ),
        ({ EventSourceMappings }) => EventSourceMappings?.map(({ EventSourceArn }) => EventSourceArn),
      ),
    expected: named("page-q").map(queueArn),
  },
};

/** Pages of a size of their own, or one page at most. */
const OTHERWISE = new Set([
  // 500 a page, whatever is asked: src/local/cloudwatch/metrics.test.ts.
  "ListMetrics",
  // `$LATEST` alone.
  "ListVersionsByFunction",
]);

test.each(Object.entries(CASES))("%s comes in pages, whole and without repeats", async (_name, { pages, expected }) => {
  const read: (string | undefined)[][] = [];
  for await (const page of pages()) read.push(page ?? []);
  for (const page of read) expect(page.length).toBeLessThanOrEqual(SIZE);
  expect(read.length).toBeGreaterThanOrEqual(COUNT / SIZE);
  expect(read.flat().toSorted()).toEqual(expected.toSorted());
});

test("every operation that the SDK pages and the stack offers is tried", () => {
  const page = readFileSync(join(import.meta.dirname, "..", "..", "docs", "local-stack.md"), "utf8");
  const offered = new Set(
    [...readSections(page).values()].flatMap(({ rows }) =>
      rows.flatMap(({ supported, names }) => (supported === "no" ? [] : names)),
    ),
  );
  const paged = [sqs, dynamodb, logs, cloudwatch, ssm, s3, lambda].flatMap((client) =>
    Object.keys(client).flatMap((name) => (name.startsWith("paginate") ? [name.slice("paginate".length)] : [])),
  );
  expect(paged.filter((name) => offered.has(name) && !(name in CASES) && !OTHERWISE.has(name))).toEqual([]);
});
