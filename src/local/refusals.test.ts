import { CloudWatchLogsClient, StartQueryCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient, ExecuteStatementCommand } from "@aws-sdk/client-dynamodb";
import * as Lambda from "@aws-sdk/client-lambda";
import { CreateBucketCommand, PutBucketPolicyCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { SendCommandCommand, SSMClient } from "@aws-sdk/client-ssm";
import { GetFederationTokenCommand, STSClient } from "@aws-sdk/client-sts";
import { afterEach, beforeEach, expect, it } from "vitest";
import { zip } from "./lambda/test/zip.ts";
import type { LocalStack } from "./stack.ts";
import { startEmbeddedStack } from "../../test/helpers/stack.ts";

let stack: LocalStack;
let warnings: string[];

beforeEach(async () => {
  warnings = [];
  stack = await startEmbeddedStack({
    onEvent: (event) => void (event.type === "warning" && warnings.push(event.message)),
  });
});
afterEach(() => stack.close());

const settings = () => ({
  endpoint: stack.endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
  maxAttempts: 1,
});

it("what is not offered is refused in the service's own words, and named once in the warnings", async () => {
  const lambda = new Lambda.LambdaClient(settings());
  const s3 = new S3Client({ ...settings(), forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: "bucket" }));
  const unknown = "UnknownOperationException";
  const calls: [() => Promise<unknown>, string, string][] = [
    [
      () =>
        new CloudWatchLogsClient(settings()).send(new StartQueryCommand({ startTime: 0, endTime: 1, queryString: "" })),
      unknown,
      "The local stack does not offer Logs_20140328.StartQuery.",
    ],
    [
      () => new DynamoDBClient(settings()).send(new ExecuteStatementCommand({ Statement: "SELECT 1" })),
      unknown,
      "The local stack does not offer DynamoDB_20120810.ExecuteStatement.",
    ],
    [
      () => new SSMClient(settings()).send(new SendCommandCommand({ DocumentName: "d" })),
      unknown,
      "The local stack does not offer AmazonSSM.SendCommand.",
    ],
    [
      () => new STSClient(settings()).send(new GetFederationTokenCommand({ Name: "name" })),
      "InvalidAction",
      "The local stack does not offer GetFederationToken of STS.",
    ],
    [
      () => lambda.send(new Lambda.ListAliasesCommand({ FunctionName: "one" })),
      unknown,
      "The local stack does not offer GET /2015-03-31/functions/{name}/aliases.",
    ],
    [
      () => s3.send(new PutBucketPolicyCommand({ Bucket: "bucket", Policy: "{}" })),
      "NotImplemented",
      'The local S3 does not implement PUT of the sub-resource "policy".',
    ],
  ];
  for (const [call, name] of [...calls, ...calls]) await expect(call()).rejects.toMatchObject({ name });
  expect(warnings).toEqual(calls.map(([, , message]) => message));
});

it("an event source mapping is refused while messages would come back before their function ends", async () => {
  const lambda = new Lambda.LambdaClient(settings());
  await new SQSClient(settings()).send(
    new CreateQueueCommand({ QueueName: "q", Attributes: { VisibilityTimeout: "60" } }),
  );
  await lambda.send(
    new Lambda.CreateFunctionCommand({
      FunctionName: "f",
      Role: "arn:aws:iam::000000000000:role/r",
      Runtime: "nodejs22.x",
      Handler: "index.handler",
      Timeout: 61,
      Code: { ZipFile: zip({ "index.mjs": "export const handler = async () => {};" }) },
    }),
  );
  const input = { FunctionName: "f", EventSourceArn: "arn:aws:sqs:us-east-1:000000000000:q" };
  const create = (more: object = {}) => lambda.send(new Lambda.CreateEventSourceMappingCommand({ ...input, ...more }));
  await expect(create()).rejects.toMatchObject({
    name: "InvalidParameterValueException",
    message: "Queue visibility timeout: 60 seconds is less than Function timeout: 61 seconds",
  });
  await lambda.send(new Lambda.UpdateFunctionConfigurationCommand({ FunctionName: "f", Timeout: 60 }));
  await expect(create({ FilterCriteria: { Filters: [{ Pattern: "{}" }] } })).rejects.toMatchObject({
    name: "InvalidParameterValueException",
  });
  expect(warnings).toEqual(["The local stack does not offer filter criteria of event source mappings."]);
  expect(await create({ FilterCriteria: { Filters: [] } })).toMatchObject({ State: "Creating" });
  const list = (FunctionName: string) => lambda.send(new Lambda.ListEventSourceMappingsCommand({ FunctionName }));
  expect((await list("f")).EventSourceMappings).toHaveLength(1);
  await expect(list("g")).rejects.toMatchObject({ name: "ResourceNotFoundException" });
});
