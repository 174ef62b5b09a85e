import { expect, it } from "vitest";
import { zip } from "../../src/local/lambda/test/zip.ts";
import { bytes } from "./clients/boto3.ts";
import { failure, useBoto3 } from "./clients/boto3-suite.ts";
import { describeWith } from "./tools.ts";

const FunctionName = "worker";
const ARN = "arn:aws:lambda:us-east-1:000000000000:function:worker";
const CODE = `
export const handler = async (event) => {
  if (event.reject) throw new RangeError("asked to");
  if (event.exit) process.exit(3);
  if (event.hang) await new Promise((resolve) => setTimeout(resolve, 60_000));
  if (event.big) return "x".repeat(6_300_000);
  console.log(JSON.stringify({ seen: event }));
  return event;
};`;

describeWith("aws-python", (bin) => {
  const suite = useBoto3(bin);
  const invoke = (event: unknown, more: object = {}) =>
    suite().boto3.ok("lambda", "invoke", { FunctionName, Payload: bytes(JSON.stringify(event)), ...more });
  const payloadOf = (answer: unknown): unknown => JSON.parse((answer as { Payload: string }).Payload);

  it("lambda: create, wait, tags", async () => {
    const { boto3 } = suite();
    const created = await boto3.ok("lambda", "create_function", {
      FunctionName,
      Role: "arn:aws:iam::000000000000:role/worker",
      Runtime: "nodejs24.x",
      Handler: "index.handler",
      Code: { ZipFile: bytes(zip({ "index.mjs": CODE })) },
      Timeout: 1,
      Tags: { team: "a" },
      LoggingConfig: { LogFormat: "JSON" },
    });
    expect(created).toMatchObject({
      FunctionArn: ARN,
      Runtime: "nodejs24.x",
      Timeout: 1,
      LoggingConfig: { LogFormat: "JSON" },
    });
    await boto3.ok("lambda", "wait:function_active_v2", { FunctionName });
    await boto3.ok("lambda", "tag_resource", { Resource: ARN, Tags: { stage: "dev" } });
    expect(await boto3.ok("lambda", "list_tags", { Resource: ARN })).toMatchObject({
      Tags: { team: "a", stage: "dev" },
    });
  });

  it("lambda: an answer, and the log's tail in JSON", async () => {
    const answer = await invoke({ a: ["ü"] }, { LogType: "Tail" });
    expect(payloadOf(answer)).toEqual({ a: ["ü"] });
    const { LogResult } = answer as { LogResult: string };
    const lines = Buffer.from(LogResult, "base64").toString().trim().split("\n");
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      { type: "platform.start", record: { version: "$LATEST" } },
      { level: "INFO", message: '{"seen":{"a":["ü"]}}' },
      {
        type: "platform.report",
        record: {
          status: "success",
          metrics: { memorySizeMB: 128, durationMs: expect.any(Number), initDurationMs: expect.any(Number) },
        },
      },
    ]);
  });

  it.each<[string, object, object]>([
    ["throws", { reject: true }, { errorType: "RangeError", errorMessage: "asked to", trace: expect.any(Array) }],
    [
      "exits",
      { exit: true },
      {
        errorType: "Runtime.ExitError",
        errorMessage: expect.stringMatching(
          /^RequestId: [0-9a-f-]{36} Error: Runtime exited with error: exit status 3$/,
        ),
      },
    ],
    [
      "hangs",
      { hang: true },
      {
        errorType: "Sandbox.Timedout",
        errorMessage: expect.stringMatching(/^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/),
      },
    ],
    [
      "answers too much",
      { big: true },
      {
        errorType: "Function.ResponseSizeTooLarge",
        errorMessage: "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
      },
    ],
  ])("lambda: a function that %s", async (_title, event, payload) => {
    const answer = await invoke(event);
    expect(answer).toMatchObject({ StatusCode: 200, FunctionError: "Unhandled", ExecutedVersion: "$LATEST" });
    expect(payloadOf(answer)).toEqual(payload);
  });

  it("lambda: limits of what is sent", async () => {
    const { boto3 } = suite();
    const send = (size: number, InvocationType: string) =>
      boto3.fails("lambda", "invoke", {
        FunctionName,
        InvocationType,
        Payload: bytes(JSON.stringify("x".repeat(size))),
      });
    expect(await send(6_291_455, "RequestResponse")).toBe(
      failure(
        "RequestTooLargeException",
        "Invoke",
        "Request must be smaller than 6291456 bytes for the InvokeFunction operation",
      ),
    );
    expect(await send(1_048_575, "Event")).toBe(
      failure(
        "RequestTooLargeException",
        "Invoke",
        "Request must be smaller than 1048576 bytes for the InvokeFunction operation",
      ),
    );
    expect(await boto3.fails("lambda", "invoke", { FunctionName, Payload: bytes("{") })).toMatch(
      /^An error occurred \(InvalidRequestContentException\) when calling the Invoke operation: Could not parse request body into json: /,
    );
  });

  it.each<[string, object, string, string, string]>([
    [
      "create_function",
      {
        FunctionName,
        Role: "arn:aws:iam::000000000000:role/r",
        Runtime: "nodejs24.x",
        Handler: "i.h",
        Code: { ZipFile: bytes(zip({ a: "" })) },
      },
      "CreateFunction",
      "ResourceConflictException",
      "Function already exist: worker",
    ],
    [
      "create_function",
      { FunctionName: "other", Role: "arn:aws:iam::000000000000:role/r", Code: { ZipFile: bytes(zip({ a: "" })) } },
      "CreateFunction",
      "InvalidParameterValueException",
      "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
    ],
    [
      "update_function_code",
      { FunctionName, ZipFile: bytes(zip({ a: "" })), RevisionId: "another" },
      "UpdateFunctionCode",
      "PreconditionFailedException",
      "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
    ],
    [
      "create_event_source_mapping",
      { FunctionName, EventSourceArn: "arn:aws:sqs:us-east-1:000000000000:none" },
      "CreateEventSourceMapping",
      "InvalidParameterValueException",
      "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The " +
        "specified queue does not exist: arn:aws:sqs:us-east-1:000000000000:none",
    ],
    [
      "publish_version",
      { FunctionName },
      "PublishVersion",
      "UnknownOperationException",
      "The local stack does not offer POST /2015-03-31/functions/{name}/versions.",
    ],
  ])("lambda %s is refused", async (operation, params, name, code, message) => {
    expect(await suite().boto3.fails("lambda", operation, params)).toBe(failure(code, name, message));
  });
});
