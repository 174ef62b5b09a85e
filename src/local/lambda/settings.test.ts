import * as SDK from "@aws-sdk/client-lambda";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { parsed, startTestStack, type TestStack } from "./test/stack.ts";
import { zip } from "./test/zip.ts";

let stack: TestStack;
afterEach(() => stack.close());

const Role = "arn:aws:iam::000000000000:role/r";
const Arn = "arn:aws:lambda:us-east-1:000000000000:function:f";
const ZipFile = zip({ "index.mjs": "export const handler = async () => process.env.AWS_LAMBDA_LOG_GROUP_NAME;" });

async function start(options: Parameters<typeof startTestStack>[0] = {}) {
  stack = await startTestStack(options);
  return stack.lambdaClient;
}
const create = (client: SDK.LambdaClient, more: Partial<SDK.CreateFunctionCommandInput> = {}) =>
  client.send(
    new SDK.CreateFunctionCommand({
      FunctionName: "f",
      Role,
      Runtime: "nodejs22.x",
      Handler: "index.handler",
      Code: { ZipFile },
      ...more,
    }),
  );

describe("settings", () => {
  it("are told as they were given", async () => {
    const client = await start();
    const settings: Partial<SDK.CreateFunctionCommandInput> = {
      Runtime: "nodejs20.x",
      Architectures: ["arm64"],
      EphemeralStorage: { Size: 1024 },
      TracingConfig: { Mode: "Active" },
      KMSKeyArn: "arn:aws:kms:us-east-1:000000000000:key/k",
      LoggingConfig: { LogFormat: "JSON", ApplicationLogLevel: "WARN", LogGroup: "/my/group" },
    };
    const told = { ...settings, LoggingConfig: { ...settings.LoggingConfig, SystemLogLevel: "INFO" } };
    expect(await create(client, settings)).toMatchObject(told);
    expect(await client.send(new SDK.GetFunctionConfigurationCommand({ FunctionName: "f" }))).toMatchObject(told);
  });

  it("that ask for nothing are taken, as other tools send them", async () => {
    const client = await start();
    const created = await create(client, {
      Publish: false,
      Layers: [],
      VpcConfig: { SubnetIds: [], SecurityGroupIds: [] },
      DeadLetterConfig: { TargetArn: "" },
      SnapStart: { ApplyOn: "None" },
      PackageType: "Zip",
    });
    expect(created.State).toBe("Active");
  });

  it.each<[string, Partial<SDK.CreateFunctionCommandInput>, string]>([
    ["Layers", { Layers: ["arn:aws:lambda:us-east-1:123456789012:layer:l:1"] }, "layers"],
    ["DeadLetterConfig", { DeadLetterConfig: { TargetArn: "arn:aws:sqs:us-east-1:000000000000:q" } }, "dead-letter"],
    ["VpcConfig", { VpcConfig: { SubnetIds: ["subnet-1"] } }, "networks"],
    ["PackageType", { PackageType: "Image" }, "container images"],
    ["SnapStart", { SnapStart: { ApplyOn: "PublishedVersions" } }, "SnapStart"],
    ["Publish", { Publish: true }, "published versions"],
    ["Code.ImageUri", { Code: { ImageUri: "i" } }, "container images"],
    ["SystemLogLevel", { LoggingConfig: { LogFormat: "JSON", SystemLogLevel: "WARN" } }, "system log level"],
  ])("are refused where they could not be followed: %s", async (_member, input, words) => {
    const client = await start();
    await expect(create(client, input)).rejects.toMatchObject({
      name: "InvalidParameterValueException",
      message: expect.stringContaining(words),
    });
  });

  it.each<[string, Partial<SDK.CreateFunctionCommandInput>, string, string | RegExp]>([
    [
      "no runtime",
      { Runtime: undefined },
      "InvalidParameterValueException",
      "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
    ],
    [
      "a role that is no ARN",
      { Role: "admin" },
      "ValidationException",
      "1 validation error detected: Value 'admin' at 'role' failed to satisfy constraint: Member must satisfy regular " +
        "expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+",
    ],
    [
      "variables that Lambda sets itself",
      { Environment: { Variables: { AWS_REGION: "x", MINE: "y" } } },
      "InvalidParameterValueException",
      /Reserved keys used in this request: AWS_REGION$/,
    ],
    [
      "a variable of one letter",
      { Environment: { Variables: { X: "1" } } },
      "ValidationException",
      /at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint/,
    ],
    [
      "a level for text logs",
      { LoggingConfig: { LogFormat: "Text", ApplicationLogLevel: "WARN" } },
      "InvalidParameterValueException",
      /^Log levels/,
    ],
    ["two architectures", { Architectures: ["arm64", "x86_64"] }, "InvalidParameterValueException", /exactly one/],
    ["too much storage", { EphemeralStorage: { Size: 10_241 } }, "ValidationException", /less than or equal to 10240$/],
  ])("are refused as by AWS: %s", async (_title, input, name, message) => {
    const client = await start();
    const text = typeof message === "string" ? message : expect.stringMatching(message);
    await expect(create(client, input)).rejects.toMatchObject({ name, message: text });
  });

  it("name the log group, and the level below which a function's own lines are dropped", async () => {
    const client = await start();
    const source = "export const handler = async () => { console.info('quiet'); console.error('loud'); };";
    await create(client, {
      Code: { ZipFile: zip({ "index.mjs": source }) },
      LoggingConfig: { LogFormat: "JSON", ApplicationLogLevel: "ERROR", LogGroup: "/my/group" },
    });
    const { LogResult } = await client.send(new SDK.InvokeCommand({ FunctionName: "f", LogType: "Tail" }));
    const lines = Buffer.from(LogResult ?? "", "base64")
      .toString()
      .trim()
      .split("\n");
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      { type: "platform.start" },
      { level: "ERROR", message: "loud" },
      { type: "platform.report", record: { status: "success" } },
    ]);
    expect(new Set(stack.events.flatMap((event) => (event.type === "log" ? [event.group] : [])))).toEqual(
      new Set(["/my/group"]),
    );
  });
});

it("an invocation for a tenant is refused: functions are not isolated by them", async () => {
  const client = await start();
  await create(client);
  await expect(client.send(new SDK.InvokeCommand({ FunctionName: "f", TenantId: "blue" }))).rejects.toMatchObject({
    name: "InvalidParameterValueException",
    message: "The local stack does not offer tenant isolation of functions.",
  });
});

it("a change may name the revision it is meant for", async () => {
  const client = await start();
  const { RevisionId } = await create(client);
  const change = { FunctionName: "f", RevisionId };
  await client.send(new SDK.UpdateFunctionConfigurationCommand({ ...change, Timeout: 5 }));
  const stale = { name: "PreconditionFailedException", $metadata: { httpStatusCode: 412 } };
  await expect(client.send(new SDK.UpdateFunctionConfigurationCommand(change))).rejects.toMatchObject(stale);
  await expect(client.send(new SDK.UpdateFunctionCodeCommand({ ...change, ZipFile }))).rejects.toMatchObject(stale);
});

it("tags and the reserved concurrency are kept with the function", async () => {
  const stateDir = mkdtempSync(join(tmpdir(), "ai-pipeline-state-"));
  try {
    const client = await start({ stateDir });
    await create(client, { Tags: { team: "a", stage: "dev" } });
    await client.send(new SDK.TagResourceCommand({ Resource: Arn, Tags: { team: "b", owner: "c" } }));
    await client.send(new SDK.UntagResourceCommand({ Resource: Arn, TagKeys: ["stage"] }));
    await client.send(new SDK.PutFunctionConcurrencyCommand({ FunctionName: "f", ReservedConcurrentExecutions: 7 }));
    await stack.close();
    const again = await start({ stateDir });
    const Tags = { team: "b", owner: "c" };
    expect(await again.send(new SDK.ListTagsCommand({ Resource: Arn }))).toMatchObject({ Tags });
    expect(await again.send(new SDK.GetFunctionCommand({ FunctionName: "f" }))).toMatchObject({
      Tags,
      Concurrency: { ReservedConcurrentExecutions: 7 },
    });
    await expect(again.send(new SDK.ListTagsCommand({ Resource: `${Arn}x` }))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: `Function not found: ${Arn}x`,
    });
  } finally {
    rmSync(stateDir, { recursive: true, force: true });
  }
});

it("has the one version $LATEST", async () => {
  const client = await start();
  await create(client);
  const { Versions } = await client.send(new SDK.ListVersionsByFunctionCommand({ FunctionName: "f" }));
  expect(Versions).toMatchObject([{ FunctionArn: `${Arn}:$LATEST`, Version: "$LATEST" }]);
});

it.each([
  ["f:7", undefined, `Function not found: ${Arn}:7`],
  ["f", "live", `Function not found: ${Arn}:live`],
  [
    "arn:aws:lambda:us-east-1:111111111111:function:f",
    undefined,
    "Function not found: arn:aws:lambda:us-east-1:111111111111:function:f",
  ],
  [
    "arn:aws:lambda:eu-west-1:000000000000:function:f",
    undefined,
    "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
  ],
])("a function elsewhere is not found: %s, %s", async (FunctionName, Qualifier, message) => {
  const client = await start();
  await create(client);
  await expect(client.send(new SDK.InvokeCommand({ FunctionName, Qualifier }))).rejects.toMatchObject({
    name: "ResourceNotFoundException",
    message,
  });
});

it("a function that cannot be loaded says so in the log of the invocation, too", async () => {
  const client = await start();
  await create(client, { Code: { ZipFile: zip({ "index.mjs": "throw new TypeError('broken');" }) } });
  const answer = await client.send(new SDK.InvokeCommand({ FunctionName: "f", LogType: "Tail" }));
  expect(answer.FunctionError).toBe("Unhandled");
  expect(parsed(answer.Payload)).toMatchObject({ errorType: "TypeError", errorMessage: "broken" });
  const log = Buffer.from(answer.LogResult ?? "", "base64").toString();
  expect(log).toMatch(/\tERROR\tUncaught Exception .*"errorMessage":"broken"/);
  expect(log).toMatch(
    /\nINIT_REPORT .*\tPhase: init\tStatus: error\tError Type: TypeError\nSTART RequestId: (\S+) .*\nEND RequestId: \1\nREPORT RequestId: \1\t.*\tStatus: error\tError Type: TypeError\t\n$/,
  );
});
