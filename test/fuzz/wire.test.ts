import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as lambda from "@aws-sdk/client-lambda";
import * as s3 from "@aws-sdk/client-s3";
import * as sqs from "@aws-sdk/client-sqs";
import * as ssm from "@aws-sdk/client-ssm";
import * as sts from "@aws-sdk/client-sts";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LocalStack } from "../../src/local/stack.ts";
import { zip } from "../../src/local/lambda/test/zip.ts";
import { readSections } from "../repository/local-stack/page.ts";
import { type Answer, checkAnswer } from "./answers.ts";
import { asCbor, asJson, asQuery, asRest, type Encode, harm, type WireRequest, xmlOf } from "./requests.ts";
import { type Names, valuesOf } from "./values.ts";
import { startEmbeddedStack } from "../helpers/stack.ts";

const SERVICES: {
  name: string;
  title: string;
  client: Record<string, unknown>;
  encode: Encode;
  own?: Record<string, unknown>;
}[] = [
  { name: "SQS", title: "SQS", client: sqs, encode: asJson("sqs", "AmazonSQS") },
  { name: "SQS by the query protocol", title: "SQS", client: sqs, encode: asQuery("sqs", "2012-11-05") },
  { name: "DynamoDB", title: "DynamoDB", client: dynamodb, encode: asJson("dynamodb", "DynamoDB_20120810") },
  { name: "CloudWatch Logs", title: "CloudWatch Logs", client: logs, encode: asJson("logs", "Logs_20140328") },
  { name: "SSM", title: "SSM Parameter Store", client: ssm, encode: asJson("ssm", "AmazonSSM") },
  {
    name: "CloudWatch",
    title: "CloudWatch metrics",
    client: cloudwatch,
    encode: asJson("monitoring", "GraniteServiceVersion20100801"),
  },
  {
    name: "CloudWatch in CBOR",
    title: "CloudWatch metrics",
    client: cloudwatch,
    encode: asCbor("GraniteServiceVersion20100801"),
  },
  {
    name: "CloudWatch by the query protocol",
    title: "CloudWatch metrics",
    client: cloudwatch,
    encode: asQuery("monitoring", "2010-08-01"),
  },
  { name: "STS", title: "STS", client: sts, encode: asQuery("sts", "2011-06-15") },
  { name: "S3", title: "S3", client: s3, encode: asRest("s3", xmlOf), own: { Key: "key" } },
  // Last: the mappings that it makes take messages from the queue.
  {
    name: "Lambda",
    title: "Lambda",
    client: lambda,
    encode: asRest("lambda", (_name, value) => JSON.stringify(value)),
  },
];
const OPERATION = 9;
/** Of every run: what fails here fails again. Another one, or more runs, is how to look for more. */
const SEED = 20_261_128;
/** Requests of each operation. */
const RUNS = 30;

/** Whoever is not answered by then never is: the slowest answer takes milliseconds. */
const PATIENCE_MS = 10_000;

let dir: string;
let stack: LocalStack;
const warnings: string[] = [];

const arn = (rest: string) => `arn:aws:${rest}`;
const queueArn = arn("sqs:us-east-1:000000000000:fuzz");
const functionArn = arn("lambda:us-east-1:000000000000:function:fuzz");

const names = (): Names => {
  const queueUrl = `${stack.endpoint}/000000000000/fuzz`;
  return {
    any: ["fuzz", "fuzz.fifo", queueUrl, queueArn, functionArn, "String", "All", "id", "#n = :v", "key/one", "Sum"],
    byMember: {
      QueueUrl: queueUrl,
      QueueName: "fuzz",
      SourceArn: queueArn,
      EventSourceArn: queueArn,
      TableName: "fuzz",
      AttributeName: "id",
      AttributeType: "S",
      KeyType: "HASH",
      Key: { id: { S: "one" } },
      Item: { id: { S: "one" } },
      Bucket: "fuzz",
      ExpectedBucketOwner: "000000000000",
      CopySource: "/fuzz/key",
      FunctionName: "fuzz",
      logGroupName: "fuzz",
      logStreamName: "fuzz",
      logGroupIdentifier: "fuzz",
      Name: "fuzz",
      Path: "/",
      Namespace: "Fuzz",
      MetricName: "fuzz",
      AlarmName: "fuzz",
      Period: 60,
      DataType: "String",
      StringValue: "text",
    },
  };
};

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "fuzz-"));
  stack = await startEmbeddedStack({
    stateDir: dir,
    onEvent: (event) => void (event.type === "warning" && warnings.push(event.message)),
  });
});

afterAll(async () => {
  await stack.close();
  rmSync(dir, { recursive: true });
});

/** Makes what the names name, where an earlier request took it away. */
async function provide(): Promise<void> {
  const { services } = stack;
  const config = {
    endpoint: stack.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
  };
  services.sqs.createQueue("fuzz");
  services.sqs.createQueue("fuzz.fifo", { FifoQueue: "true" });
  services.s3.ensureBucket("fuzz");
  services.dynamodb.ensureTable({ name: "fuzz", partitionKey: "id" });
  services.ssm.put("fuzz", "value", "String");
  const sdk = new sqs.SQSClient(config);
  await sdk.send(new sqs.SendMessageCommand({ QueueUrl: `${stack.endpoint}/000000000000/fuzz`, MessageBody: "fuzz" }));
  if (!services.lambda.has("fuzz")) {
    await new lambda.LambdaClient(config).send(
      new lambda.CreateFunctionCommand({
        FunctionName: "fuzz",
        Role: arn("iam::000000000000:role/fuzz"),
        Runtime: "nodejs22.x",
        Handler: "index.handler",
        Code: { ZipFile: zip({ "index.mjs": "export const handler = async (event) => event;" }) },
      }),
    );
  }
  const group = { logGroupName: "fuzz" };
  const logsClient = new logs.CloudWatchLogsClient(config);
  await logsClient.send(new logs.CreateLogGroupCommand(group)).catch(() => {});
  await logsClient.send(new logs.CreateLogStreamCommand({ ...group, logStreamName: "fuzz" })).catch(() => {});
  await logsClient.send(
    new logs.PutLogEventsCommand({
      ...group,
      logStreamName: "fuzz",
      logEvents: [{ timestamp: Date.now(), message: '{"level":"error"}' }],
    }),
  );
  // A look writes what was put down.
  await logsClient.send(new logs.DescribeLogGroupsCommand({}));
}

async function send({ method, path, headers, body }: WireRequest): Promise<Answer> {
  const bare = method === "GET" || method === "HEAD";
  const response = await fetch(stack.endpoint + path, {
    method,
    headers,
    signal: AbortSignal.timeout(PATIENCE_MS),
    ...(bare ? {} : { body }),
  });
  const streams = response.headers.get("content-type")?.includes("eventstream");
  if (streams) await response.body?.cancel();
  return {
    status: response.status,
    headers: response.headers,
    body: streams ? Buffer.alloc(0) : Buffer.from(await response.arrayBuffer()),
  };
}

/** What S3 keeps, but for its notes of bodies that it is about to drop. */
const S3_TABLES = ["buckets", "objects", "uploads", "parts"];

/** Differs after every write to one of the stack's databases, but those that are written to by themselves. */
function createWatch(service: string) {
  const late = ["cloudwatch.db"];
  if (service !== "CloudWatch Logs") late.push("logs.db");
  if (service === "Lambda") late.push("sqs.db");
  const files = readdirSync(dir).filter((name) => name.endsWith(".db") && !late.includes(name));
  const databases = files.map((name) => [name, new DatabaseSync(join(dir, name), { readOnly: true })] as const);
  const state = (name: string, database: DatabaseSync) =>
    name === "s3.db"
      ? S3_TABLES.map((table) => database.prepare(`SELECT * FROM ${table}`).all())
      : database.prepare("PRAGMA data_version").get();
  return {
    read: () => databases.map(([name, database]) => [name, state(name, database)]),
    close: () => databases.forEach(([, database]) => database.close()),
  };
}

const sections = readSections(readFileSync(join(import.meta.dirname, "..", "..", "docs", "local-stack.md"), "utf8"));

describe.each(SERVICES)("$name", ({ name: service, title, client, encode, own = {} }) => {
  const offered = new Set(sections.get(title)?.rows.flatMap((row) => (row.supported === "no" ? [] : row.names)) ?? []);
  const operations = Object.values(client)
    .filter((schema): schema is unknown[] => Array.isArray(schema) && schema[0] === OPERATION)
    .map((operation) => [String(operation[2]), operation] as const);

  const listed = operations.filter(([name]) => offered.has(name));

  /** @returns warnings of what the stack failed on. */
  const fuzz = async (operation: unknown[], numRuns: number) => {
    warnings.length = 0;
    const watch = createWatch(service);
    const { any, byMember } = names();
    await fc.assert(
      fc.asyncProperty(
        valuesOf(operation[4], { any, byMember: { ...byMember, ...own } }),
        harm,
        async (input, change) => {
          const before = watch.read();
          const answer = await send(change(encode(operation, tamed(input))));
          checkAnswer(answer);
          if (answer.status >= 400) expect(watch.read(), "what was refused changed the state").toEqual(before);
        },
      ),
      { numRuns, seed: SEED },
    );
    watch.close();
    return warnings.filter((message) => message.includes("could not be served"));
  };

  it.each(listed)(
    "%s answers whatever it is asked in AWS's shape, and changes nothing when it refuses",
    async (_name, operation) => {
      await provide();
      expect(await fuzz(operation, RUNS)).toEqual([]);
    },
  );

  it("all others are refused in AWS's shape", async () => {
    await provide();
    const others = operations.filter(([name]) => !offered.has(name));
    for (const [, operation] of others) expect(await fuzz(operation, 2)).toEqual([]);
  });
});

/** A long poll that is right would wait. */
function tamed(input: unknown): unknown {
  if (typeof input !== "object" || input === null || !("WaitTimeSeconds" in input)) return input;
  const { WaitTimeSeconds: seconds } = input;
  return typeof seconds === "number" && seconds > 0 && seconds <= 20 ? { ...input, WaitTimeSeconds: 0 } : input;
}
