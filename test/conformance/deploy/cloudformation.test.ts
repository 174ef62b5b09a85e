import { ApiGatewayV2Client, GetApisCommand } from "@aws-sdk/client-apigatewayv2";
import { CloudFormationClient, ListStacksCommand } from "@aws-sdk/client-cloudformation";
import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { LambdaClient, ListEventSourceMappingsCommand, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { DescribeParametersCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startMiniStack } from "../../../scripts/peers/ministack.ts";
import type { RunningServer } from "../../../scripts/peers/server.ts";
import type { LocalStack } from "../../../src/local/stack.ts";
import { makeFolder, PROJECT, run, start } from "../../cli/harness.ts";
import { startOnTerminal } from "../../cli/on-terminal.ts";
import { startOurs } from "../local-stack.ts";
import { describeWith, peerContext } from "../tools.ts";

/** Names of all that the account holds, but for what `bootstrap` made. */
async function whatIsLeft(endpoint: string): Promise<Record<string, unknown[]>> {
  const options = { endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } };
  const clients = {
    apis: new ApiGatewayV2Client(options),
    alarms: new CloudWatchClient(options),
    functions: new LambdaClient(options),
    groups: new CloudWatchLogsClient({ ...options, disableHostPrefix: true }),
    parameters: new SSMClient(options),
    queues: new SQSClient(options),
    stacks: new CloudFormationClient(options),
    tables: new DynamoDBClient(options),
    buckets: new S3Client({ ...options, forcePathStyle: true }),
  };
  const { Items: apis = [] } = await clients.apis.send(new GetApisCommand({}));
  const { MetricAlarms = [] } = await clients.alarms.send(new DescribeAlarmsCommand({}));
  const { Functions = [] } = await clients.functions.send(new ListFunctionsCommand({}));
  const { EventSourceMappings = [] } = await clients.functions.send(new ListEventSourceMappingsCommand({}));
  const { logGroups = [] } = await clients.groups.send(new DescribeLogGroupsCommand({}));
  const { Parameters = [] } = await clients.parameters.send(new DescribeParametersCommand({}));
  const { QueueUrls = [] } = await clients.queues.send(new ListQueuesCommand({}));
  const { StackSummaries = [] } = await clients.stacks.send(new ListStacksCommand({}));
  const { TableNames = [] } = await clients.tables.send(new ListTablesCommand({}));
  const { Buckets = [] } = await clients.buckets.send(new ListBucketsCommand({}));
  for (const client of Object.values(clients)) client.destroy();
  return {
    apis: apis.map(({ Name }) => Name),
    alarms: MetricAlarms.map(({ AlarmName }) => AlarmName),
    functions: Functions.map(({ FunctionName }) => FunctionName),
    mappings: EventSourceMappings.map(({ UUID }) => UUID),
    groups: logGroups.map(({ logGroupName }) => logGroupName),
    parameters: Parameters.map(({ Name }) => Name),
    queues: QueueUrls,
    stacks: StackSummaries.filter(({ StackStatus }) => StackStatus !== "DELETE_COMPLETE").map(
      ({ StackName }) => StackName,
    ),
    tables: TableNames,
    buckets: Buckets.map(({ Name }) => Name),
  };
}

const BOOTSTRAPPED = {
  apis: [],
  alarms: [],
  functions: [],
  mappings: [],
  groups: [],
  parameters: [],
  queues: [],
  stacks: ["ai-pipeline-bootstrap"],
  tables: [],
  buckets: ["ai-pipeline-artifacts-000000000000-us-east-1"],
};

describeWith("ministack", () => {
  let server: RunningServer;
  let model: LocalStack;
  beforeAll(async () => {
    [server, model] = await Promise.all([startMiniStack(peerContext()), startOurs("memory")]);
  });
  afterAll(async () => {
    await server?.close();
    await model?.close();
  });

  test("a stage's whole life by the command line alone", { timeout: 300_000 }, async () => {
    await using folder = await makeFolder(PROJECT);
    const config = (worker: string) => `export default {
      app: "my-app",
      worker: { ${worker} environment: {
        OPENAI_BASE_URL: "${model.endpoint}/_ai-pipeline/model/v1", OPENAI_API_KEY: "offline", OPENAI_MODEL: "offline" } },
      queue: { backoff: { base: 0, max: 0 } },
    };`;
    await folder.write({ "ai-pipeline.config.ts": config("") });
    const at = ["--endpoint-url", server.endpoint];
    const cli = async (...argv: string[]) => {
      const result = await run([...argv, ...at], { cwd: folder.dir });
      return { ...result, summary: result.events.at(-1) };
    };
    const stage = (...argv: string[]) => cli(...argv, "--stage", "dev");

    await run(["init", ".", "--iac", "cloudformation"], { cwd: folder.dir });
    const early = await stage("deploy", "--yes");
    expect(early.stderr).toContain(`ai-pipeline bootstrap --endpoint-url ${server.endpoint}`);
    expect((await cli("bootstrap", "--yes", "--json")).summary).toMatchObject({ unchanged: false });
    expect((await cli("bootstrap", "--yes", "--json")).summary).toMatchObject({ unchanged: true });
    expect(await whatIsLeft(server.endpoint)).toEqual(BOOTSTRAPPED);

    expect((await stage("plan", "--detailed-exitcode")).exitCode).toBe(2);
    const deployed = await stage("deploy", "--yes", "--json");
    expect(deployed.summary).toMatchObject({ type: "summary", kind: "cloudformation", unchanged: false });
    expect((await stage("plan", "--detailed-exitcode")).exitCode).toBe(0);
    expect((await stage("deploy", "--yes", "--json")).summary).toMatchObject({ unchanged: true });

    const asked = await stage("submit", "ask why queues have dead letters", "--watch");
    expect(asked).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("Offline model") });
    expect((await stage("logs", "--since", "5m", "--raw")).stdout).toContain("REPORT RequestId");

    expect((await stage("submit", "fail", "--wait")).exitCode).toBe(3);
    expect((await stage("dlq", "inspect")).stdout).toContain("TypeError asked to fail");
    const worker = PROJECT["src/worker.ts"]
      .replace("asked to fail", "again")
      .replace('task.prompt === "fail"', "false");
    await folder.write({ "src/worker.ts": worker });
    const code = await stage("deploy", "--code-only", "--json");
    expect(code.events.filter(({ type, state }) => type === "code" && state === "live")).toMatchObject([
      { name: "my-app-dev-worker" },
    ]);
    expect((await stage("dlq", "redrive", "--yes")).exitCode).toBe(0);
    await expect
      .poll(async () => (await stage("tasks", "list")).stdout, { timeout: 30_000 })
      .toMatch(/completed .*2\.\d+ +fail/);
    expect((await stage("status")).stdout).toContain("dead letters  0");

    // What the infrastructure does not know of is brought in line also where it sees nothing to change.
    await folder.write({ "src/worker.ts": PROJECT["src/worker.ts"], "ai-pipeline.config.ts": config("timeout: 60,") });
    const changed = await stage("deploy", "--yes", "--json");
    const plan = changed.events.find(({ type }) => type === "plan");
    expect(plan?.["changes"]).toEqual([
      expect.objectContaining({ address: "AiTaskQueue", action: "change" }),
      expect.objectContaining({ address: "AiWorker", action: "change" }),
    ]);
    expect((await stage("submit", "fail", "--wait")).exitCode).toBe(3);

    await stage("pause", "--reason", "trying");
    await stage("concurrency", "set", "3");
    await folder.write({ "ai-pipeline.config.ts": config("timeout: 61,") });
    expect((await stage("deploy", "--yes")).stderr).toContain("keeps the concurrency of 3 that");
    expect((await stage("status")).stdout).toContain("worker disabled, batches of 1, at most 3 at once");
    expect((await stage("resume", "--max-concurrency", "configured")).exitCode).toBe(0);
    await expect.poll(async () => (await stage("status")).stdout, { timeout: 30_000 }).toContain("dead letters  1");

    // The same endpoint by the SDK's own variable.
    const byVariable = await run(["status", "--stage", "dev"], {
      cwd: folder.dir,
      env: { AWS_ENDPOINT_URL: server.endpoint, AWS_REGION: "us-east-1" },
    });
    expect(byVariable).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("dead letters  1") });

    const kept = await stage("destroy", "--keep-data", "--yes", "--json");
    expect(kept.summary).toMatchObject({
      kept: [expect.stringContaining("bucket"), "the table my-app-dev-tasks", "2 secrets"],
    });
    expect(await whatIsLeft(server.endpoint)).toMatchObject({
      tables: ["my-app-dev-tasks"],
      functions: [],
      queues: [],
    });
    const again = await stage("deploy", "--yes", "--json");
    const taken = again.events.find(({ type }) => type === "plan");
    expect(taken).toMatchObject({ counts: { import: 2 }, losing: 0 });
    expect((await stage("tasks", "list")).stdout).toContain("ask why queues have dead letters");
    expect((await stage("submit", "ask again", "--wait")).exitCode).toBe(0);
    await stage("submit", "fail", "--wait");
    await expect.poll(async () => (await stage("status")).stdout, { timeout: 30_000 }).toContain("dead letters  1");

    const gone = await stage("destroy", "--yes", "--json");
    expect(gone.events.find(({ type }) => type === "holdings")).toMatchObject({ deadLetters: 1, secrets: 2 });
    expect(gone.summary).toMatchObject({ unchanged: false, kept: [] });
    expect(await whatIsLeft(server.endpoint)).toEqual(BOOTSTRAPPED);
    expect((await stage("destroy", "--json")).summary).toMatchObject({ unchanged: true });
  });

  test("what an earlier removal kept is shown before it goes, and a template that would not keep it is refused", async () => {
    const data = (policy: string) => `Resources:
  Documents:
    Type: AWS::S3::Bucket
    DeletionPolicy: ${policy}
    Properties: { BucketName: kept-dev-documents-000000000000 }
  Tasks:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    Properties:
      TableName: kept-dev-tasks
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }]
      KeySchema: [{ AttributeName: pk, KeyType: HASH }]
`;
    await using folder = await makeFolder({
      ...PROJECT,
      "ai-pipeline.config.ts": 'export default { app: "kept" };',
      "infra/template.yaml": data("Delete"),
    });
    const cli = (...argv: string[]) =>
      run([...argv, "--endpoint-url", server.endpoint], { cwd: folder.dir, stdin: "sk-nobody" });
    const stage = (...argv: string[]) => cli(...argv, "--stage", "dev", "--json");
    await cli("bootstrap", "--yes");
    await stage("secrets", "set", "OPENAI_API_KEY");
    // The functions are not of this template.
    expect((await stage("deploy", "--yes")).events.at(-1)).toMatchObject({ code: "FUNCTION_MISSING" });
    expect((await stage("destroy", "--keep-data", "--yes")).events.at(-1)).toMatchObject({
      code: "KEEP_DATA_IMPOSSIBLE",
      message: expect.stringContaining("deletes Documents with the stack"),
    });
    expect(await whatIsLeft(server.endpoint)).toMatchObject({
      buckets: expect.arrayContaining([expect.stringMatching(/^kept-/)]),
    });

    await folder.write({ "infra/template.yaml": data("Retain") });
    await stage("deploy", "--yes");
    expect((await stage("destroy", "--keep-data", "--yes")).events.at(-1)).toMatchObject({
      kept: ["the bucket kept-dev-documents-000000000000", "the table kept-dev-tasks", "3 secrets"],
    });
    const asked = await cli("destroy", "--stage", "dev");
    expect(asked).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("Remove the stage dev with all of it"),
    });
    expect(asked.stderr).toMatch(/- kept-dev-documents-000000000000 +bucket\n▲ +loses all its objects/);
    expect(asked.stderr).toContain("removes 3 secrets");
    expect((await stage("destroy", "--yes")).events.at(-1)).toMatchObject({ unchanged: false });
    expect(await whatIsLeft(server.endpoint)).toEqual(BOOTSTRAPPED);
  });

  test("whoever says no, or leaves, takes nothing from those who deployed meanwhile", async () => {
    await using folder = await makeFolder({
      ...PROJECT,
      "ai-pipeline.config.ts": 'export default { app: "race" };',
      "infra/template.yaml": "Resources:\n  Queue: { Type: AWS::SQS::Queue, Properties: { QueueName: race } }\n",
    });
    const at = ["--stage", "dev", "--endpoint-url", server.endpoint];
    const options = { cwd: folder.dir };
    await run(["bootstrap", "--yes", "--endpoint-url", server.endpoint], options);
    await run(["secrets", "set", "OPENAI_API_KEY", ...at], { ...options, stdin: "sk-nobody" });
    const { terminal, exit } = startOnTerminal(["deploy", ...at], options);
    await terminal.waitFor("(y/N)");
    await run(["deploy", "--yes", ...at], options);
    terminal.type("n");
    expect(await exit).toBe(1);
    expect(await whatIsLeft(server.endpoint)).toMatchObject({
      queues: [expect.stringMatching(/\/race$/)],
      stacks: expect.arrayContaining(["race-dev"]),
    });
    await run(["destroy", "--yes", ...at], options);

    await run(["secrets", "set", "OPENAI_API_KEY", ...at], { ...options, stdin: "sk-nobody" });
    const left = start(["deploy", "--yes", "--json", ...at], options);
    await left.waitFor('"type":"archive"');
    left.interrupt();
    expect(await left.exit).toBe(130);
    expect(left.events().at(-1)).toMatchObject({ code: "INTERRUPTED" });
    expect(await whatIsLeft(server.endpoint)).toMatchObject({ queues: [], stacks: ["ai-pipeline-bootstrap"] });
  });

  test("a template that is wrong is pointed at, and a resource that cannot be made leaves nothing", async () => {
    await using folder = await makeFolder({ ...PROJECT, "infra/template.yaml": "Resources:\n  Queue: [\n" });
    await folder.write({
      "ai-pipeline.config.ts":
        'export default { app: "wrong", worker: { environment: { OPENAI_BASE_URL: "http://127.0.0.1:9" } } };',
    });
    const at = ["--stage", "dev", "--endpoint-url", server.endpoint];
    await run(["bootstrap", "--yes", "--endpoint-url", server.endpoint], { cwd: folder.dir });
    const broken = await run(["plan", ...at], { cwd: folder.dir });
    expect(broken.stderr).toMatch(/at <dir>\/infra\/template\.yaml:\d+:\d+/);

    const worker = "  AiWorker:\n    Type: AWS::SQS::Queue\n    Properties: { QueueName: first }\n";
    await folder.write({ "infra/template.yaml": `Resources:\n${worker}  Wrong:\n    Type: AWS::SQS::Queu\n` });
    const unknown = await run(["plan", ...at], { cwd: folder.dir });
    expect(unknown).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("AWS::SQS::Queu") });

    await folder.write({
      "ai-pipeline.config.ts": 'export default { app: "wrong", worker: { environment: { MODEL_PROVIDER: "none" } } };',
      "infra/template.yaml": `Resources:\n${worker}  Wrong:\n    Type: AWS::SQS::Queue\n    DependsOn: AiWorker\n    Properties: { QueueName: wrong, FifoQueue: true }\n`,
    });
    const failed = await run(["deploy", "--yes", ...at], { cwd: folder.dir });
    expect(failed).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("Wrong (AWS::SQS::Queue): ") });
    expect(failed.stderr).toContain("at <dir>/infra/template.yaml:5");
    expect(failed.stderr).toContain("Nothing is left of it");
    expect((await whatIsLeft(server.endpoint))["queues"]).toEqual([]);
    expect((await whatIsLeft(server.endpoint))["stacks"]).toEqual(["ai-pipeline-bootstrap"]);
  });

  test("a change that fails is undone, a plan that was overtaken is refused, and one that is declined leaves nothing", async () => {
    const queue = (id: string, properties: string, more = "") =>
      `  ${id}:\n    Type: AWS::SQS::Queue\n${more}    Properties: { ${properties} }\n`;
    const template = (...queues: string[]) => `Resources:\n${queues.join("")}`;
    const functions = ["worker", "api", "socket", "authorizer", "reconciler"];
    const code = functions.map(
      (role) =>
        `  F${role}:\n    Type: AWS::Lambda::Function\n    Properties: { FunctionName: change-dev-${role}, Runtime: nodejs24.x, Handler: index.x, Role: "arn:aws:iam::000000000000:role/r", Code: { S3Bucket: !Ref ArtifactBucket, S3Key: !Ref ${role === "worker" ? "WorkerCode" : "ApiCode"} } }\n`,
    );
    const parameters =
      "Parameters:\n  ArtifactBucket: { Type: String }\n  WorkerCode: { Type: String }\n  ApiCode: { Type: String }\n";
    await using folder = await makeFolder({
      ...PROJECT,
      "ai-pipeline.config.ts": 'export default { app: "change", worker: { environment: {} } };',
      "infra/template.yaml": parameters + template(queue("First", "QueueName: first"), ...code),
    });
    const cli = (...argv: string[]) =>
      run([...argv, "--endpoint-url", server.endpoint], { cwd: folder.dir, stdin: "sk-nobody" });
    const stage = (...argv: string[]) => cli(...argv, "--stage", "dev");
    await cli("bootstrap", "--yes");
    await stage("secrets", "set", "OPENAI_API_KEY");

    const declined = await stage("deploy");
    expect(declined).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("+ First") });
    expect((await whatIsLeft(server.endpoint))["stacks"]).toEqual(["ai-pipeline-bootstrap"]);

    expect((await stage("plan", "--out", "early.plan")).exitCode).toBe(0);
    expect((await stage("deploy", "--yes")).exitCode).toBe(0);
    const overtaken = await stage("deploy", "--plan", "early.plan", "--yes");
    expect(overtaken).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("cannot be applied any more") });

    await folder.write({
      "infra/template.yaml":
        parameters +
        template(
          queue("First", "QueueName: first, VisibilityTimeout: 60"),
          queue("Second", "QueueName: second, FifoQueue: true", "    DependsOn: First\n"),
          ...code,
        ),
    });
    const failed = await stage("deploy", "--yes", "--json");
    expect(failed.events.at(-1)).toMatchObject({
      code: "DEPLOY_FAILED",
      message: expect.stringContaining("Second (AWS::SQS::Queue): "),
      where: expect.stringMatching(/infra\/template\.yaml:\d+$/),
      hint: expect.arrayContaining(["It is as it was before: CloudFormation undid what it had begun."]),
    });
    expect(failed.events).toContainEqual(expect.objectContaining({ type: "resource", address: "First", undo: true }));
    expect((await stage("destroy", "--yes")).exitCode).toBe(0);
    expect((await whatIsLeft(server.endpoint))["queues"]).toEqual([]);
  });

  test("whoever comes second is told that a deployment is at work, and Ctrl-C leaves it to the service", async () => {
    await using folder = await makeFolder({
      ...PROJECT,
      "ai-pipeline.config.ts": 'export default { app: "slow" };',
      "infra/template.yaml": `Resources:
  Handle:
    Type: AWS::CloudFormation::WaitConditionHandle
  Wait:
    Type: AWS::CloudFormation::WaitCondition
    Properties: { Handle: !Ref Handle, Timeout: "20", Count: 1 }
`,
    });
    const at = ["--stage", "dev", "--endpoint-url", server.endpoint];
    const options = { cwd: folder.dir };
    await run(["bootstrap", "--yes", "--endpoint-url", server.endpoint], options);
    await run(["secrets", "set", "OPENAI_API_KEY", ...at], { ...options, stdin: "sk-nobody" });
    const first = start(["deploy", "--yes", "--json", ...at], options);
    await first.waitFor(/"address":"Wait".*"state":"started"/);

    const second = await run(["deploy", "--yes", "--json", ...at], options);
    expect(second.events.at(-1)).toMatchObject({
      code: "STAGE_BUSY",
      message: expect.stringContaining("The stage dev of slow is CREATE_IN_PROGRESS"),
      where: "stack slow-dev",
    });
    first.interrupt();
    expect(await first.exit).toBe(130);
    expect(first.events().at(-1)).toMatchObject({
      code: "DEPLOY_LEFT",
      message: expect.stringContaining("CloudFormation goes on, only nobody watches"),
    });
    await expect
      .poll(async () => (await whatIsLeft(server.endpoint))["stacks"], { timeout: 45_000, interval: 1000 })
      .toEqual(["ai-pipeline-bootstrap"]);
  });
});
