import * as SDK from "@aws-sdk/client-lambda";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { parsed, startTestStack, type TestStack } from "./test/stack.ts";
import { zip } from "./test/zip.ts";

let stack: TestStack;
afterEach(() => stack.close());

const Role = "arn:aws:iam::000000000000:role/r";
const Runtime = "nodejs24.x" as const;
const ECHO =
  "export const handler = async (event) => { if (event.fail) throw new Error('asked'); return { event, mode: process.env.MODE ?? null }; };";

async function start(options: Parameters<typeof startTestStack>[0] = {}) {
  stack = await startTestStack(options);
  return stack.lambdaClient;
}
const create = (client: SDK.LambdaClient, more: Partial<SDK.CreateFunctionCommandInput> = {}) =>
  client.send(
    new SDK.CreateFunctionCommand({
      FunctionName: "echo",
      Role,
      Runtime,
      Handler: "index.handler",
      Code: { ZipFile: zip({ "index.mjs": ECHO }) },
      ...more,
    }),
  );
const call = async (client: SDK.LambdaClient, event: unknown, more: Partial<SDK.InvokeCommandInput> = {}) =>
  client.send(new SDK.InvokeCommand({ FunctionName: "echo", Payload: Buffer.from(JSON.stringify(event)), ...more }));

describe("functions", () => {
  it("are created, listed, changed and deleted", async () => {
    const client = await start();
    const created = await create(client, {
      Environment: { Variables: { MODE: "one" } },
      Timeout: 9,
      MemorySize: 256,
      Description: "d",
    });
    expect(created).toMatchObject({
      FunctionName: "echo",
      FunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:echo",
      Handler: "index.handler",
      Timeout: 9,
      MemorySize: 256,
      State: "Active",
      LastUpdateStatus: "Successful",
      Version: "$LATEST",
      PackageType: "Zip",
      CodeSha256: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/),
      Environment: { Variables: { MODE: "one" } },
    });
    expect(parsed((await call(client, { a: 1 })).Payload)).toEqual({ event: { a: 1 }, mode: "one" });

    const configured = await client.send(
      new SDK.UpdateFunctionConfigurationCommand({ FunctionName: "echo", Environment: { Variables: { MODE: "two" } } }),
    );
    expect(configured).toMatchObject({ Timeout: 9, CodeSha256: created.CodeSha256 });
    expect(configured.RevisionId).not.toBe(created.RevisionId);
    expect(parsed((await call(client, {})).Payload)).toMatchObject({ mode: "two" });

    const ZipFile = zip({ "index.mjs": "export const handler = async () => 'new';" }, true);
    const dry = await client.send(new SDK.UpdateFunctionCodeCommand({ FunctionName: "echo", ZipFile, DryRun: true }));
    expect(parsed((await call(client, {})).Payload)).toMatchObject({ mode: "two" });
    const updated = await client.send(new SDK.UpdateFunctionCodeCommand({ FunctionName: "echo", ZipFile }));
    expect(updated.CodeSha256).toBe(dry.CodeSha256);
    expect(updated.CodeSha256).not.toBe(created.CodeSha256);
    expect(parsed((await call(client, {})).Payload)).toBe("new");

    const got = await client.send(new SDK.GetFunctionCommand({ FunctionName: created.FunctionArn }));
    expect(got.Configuration).toMatchObject({ FunctionName: "echo", CodeSize: ZipFile.length });
    expect(await client.send(new SDK.GetFunctionConfigurationCommand({ FunctionName: "echo" }))).toMatchObject({
      Timeout: 9,
    });
    await create(client, { FunctionName: "another" });
    const first = await client.send(new SDK.ListFunctionsCommand({ MaxItems: 1 }));
    expect(first.Functions?.map(({ FunctionName }) => FunctionName)).toEqual(["another"]);
    const second = await client.send(new SDK.ListFunctionsCommand({ MaxItems: 1, Marker: first.NextMarker }));
    expect(second.Functions?.map(({ FunctionName }) => FunctionName)).toEqual(["echo"]);
    expect(second.NextMarker).toBeUndefined();

    await client.send(new SDK.DeleteFunctionCommand({ FunctionName: "echo" }));
    await expect(call(client, {})).rejects.toBeInstanceOf(SDK.ResourceNotFoundException);
  });

  it("survive a restart of a stack that keeps state", async () => {
    const stateDir = mkdtempSync(join(tmpdir(), "ai-pipeline-state-"));
    const client = await start({ stateDir });
    await create(client, { Environment: { Variables: { MODE: "kept" } } });
    await client.send(new SDK.UpdateFunctionConfigurationCommand({ FunctionName: "echo", Timeout: 11 }));
    await stack.close();
    const again = await start({ stateDir });
    expect(await again.send(new SDK.GetFunctionConfigurationCommand({ FunctionName: "echo" }))).toMatchObject({
      Timeout: 11,
    });
    expect(parsed((await call(again, {})).Payload)).toMatchObject({ mode: "kept" });
    await again.send(new SDK.DeleteFunctionCommand({ FunctionName: "echo" }));
    await stack.close();
    const last = await start({ stateDir });
    expect((await last.send(new SDK.ListFunctionsCommand({}))).Functions).toEqual([]);
    rmSync(stateDir, { recursive: true });
  });

  it.each<[string, Partial<SDK.CreateFunctionCommandInput>, string]>([
    ["a timeout over 900 s", { Timeout: 901 }, "ValidationException"],
    ["memory under 128 MB", { MemorySize: 64 }, "ValidationException"],
    ["a name with a space", { FunctionName: "a b" }, "ValidationException"],
    ["a runtime that is not Node", { Runtime: "python3.13" }, "InvalidParameterValueException"],
    ["code that is no archive", { Code: { ZipFile: Buffer.from("nothing") } }, "InvalidParameterValueException"],
    [
      "an archive that leaves its folder",
      { Code: { ZipFile: zip({ "../../x": "1" }) } },
      "InvalidParameterValueException",
    ],
    [
      "over 4 KB of variables",
      { Environment: { Variables: { BIG: "x".repeat(4097) } } },
      "InvalidParameterValueException",
    ],
  ])("are refused with %s", async (_title, input, name) => {
    const client = await start();
    await expect(create(client, input)).rejects.toMatchObject({ name });
  });

  it("of one name exist once", async () => {
    const client = await start();
    await create(client);
    await expect(create(client)).rejects.toBeInstanceOf(SDK.ResourceConflictException);
  });
});

describe("Invoke", () => {
  it("answers with the function's error, its log's tail and the version", async () => {
    const client = await start();
    await create(client);
    const good = await call(client, { a: 1 }, { LogType: "Tail" });
    expect(good).toMatchObject({ StatusCode: 200, ExecutedVersion: "$LATEST" });
    expect(good.FunctionError).toBeUndefined();
    expect(Buffer.from(good.LogResult ?? "", "base64").toString()).toMatch(
      /^START RequestId: [\s\S]*\nREPORT RequestId: /,
    );
    const bad = await call(client, { fail: true });
    expect(bad).toMatchObject({ StatusCode: 200, FunctionError: "Unhandled" });
    expect(bad.LogResult).toBeUndefined();
    expect(parsed(bad.Payload)).toMatchObject({ errorType: "Error", errorMessage: "asked" });
    const none = await client.send(new SDK.InvokeCommand({ FunctionName: "echo" }));
    expect(parsed(none.Payload)).toMatchObject({ event: {} });
    const context = Buffer.from(JSON.stringify({ custom: { who: "ü" } })).toString("base64");
    await client.send(
      new SDK.UpdateFunctionCodeCommand({
        FunctionName: "echo",
        ZipFile: zip({ "index.mjs": "export const handler = async (e, c) => c.clientContext;" }),
      }),
    );
    expect(parsed((await call(client, {}, { ClientContext: context })).Payload)).toEqual({ custom: { who: "ü" } });
  });

  it("takes 6 MB in, and refuses more, and what is no JSON", async () => {
    const client = await start();
    await create(client);
    const big = "x".repeat(2.5 * 1024 * 1024);
    expect((await call(client, big)).FunctionError).toBeUndefined();
    await expect(call(client, "x".repeat(6 * 1024 * 1024))).rejects.toMatchObject({
      name: "RequestTooLargeException",
      $metadata: { httpStatusCode: 413 },
    });
    await expect(call(client, "x".repeat(1024 * 1024), { InvocationType: "Event" })).rejects.toMatchObject({
      name: "RequestTooLargeException",
    });
    await expect(call(client, {}, { Payload: Buffer.from("{") })).rejects.toBeInstanceOf(
      SDK.InvalidRequestContentException,
    );
  });

  it("runs nothing on a dry run, and knows the latest version only", async () => {
    const client = await start();
    await create(client);
    expect(await call(client, {}, { InvocationType: "DryRun" })).toMatchObject({ StatusCode: 204 });
    expect(stack.lambda.environments("echo")).toBe(0);
    expect((await call(client, {}, { Qualifier: "$LATEST" })).StatusCode).toBe(200);
    await expect(call(client, {}, { Qualifier: "prod" })).rejects.toBeInstanceOf(SDK.ResourceNotFoundException);
  });

  it("asynchronously answers at once and tries a failing function three times", async () => {
    const client = await start({ speed: 6000 });
    await create(client);
    expect(await call(client, { fail: true }, { InvocationType: "Event" })).toMatchObject({ StatusCode: 202 });
    const ended = () => stack.events.filter((event) => event.type === "invocation" && event.state === "ended");
    await vi.waitFor(() => expect(ended()).toHaveLength(3), { timeout: 5000 });
    await vi.waitFor(() =>
      expect(stack.events).toContainEqual(
        expect.objectContaining({ type: "warning", message: expect.stringContaining("dropped") }),
      ),
    );
    const ids = new Set(ended().map((event) => (event.type === "invocation" ? event.requestId : "")));
    expect(ids.size).toBe(1);
  });

  it("asynchronously gives a throttled event up at an age of six hours, as fast as time runs", async () => {
    const client = await start({ speed: 36_000, faults: { beforeInvoke: () => ({ kind: "throttle" }) } });
    await create(client);
    expect(await call(client, {}, { InvocationType: "Event" })).toMatchObject({ StatusCode: 202 });
    await vi.waitFor(
      () =>
        expect(stack.events).toContainEqual(
          expect.objectContaining({ type: "warning", message: expect.stringContaining("throttled for 6 hours") }),
        ),
      { timeout: 10_000 },
    );
  });
});

describe("concurrency settings", () => {
  it("reserve, tell and release; the account keeps 100", async () => {
    const client = await start();
    await create(client);
    const FunctionName = "echo";
    await client.send(new SDK.PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }));
    await expect(call(client, {})).rejects.toMatchObject({
      name: "TooManyRequestsException",
      Reason: "ReservedFunctionConcurrentInvocationLimitExceeded",
    });
    await client.send(new SDK.PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 40 }));
    expect(await client.send(new SDK.GetFunctionConcurrencyCommand({ FunctionName }))).toMatchObject({
      ReservedConcurrentExecutions: 40,
    });
    expect((await client.send(new SDK.GetAccountSettingsCommand({}))).AccountLimit).toMatchObject({
      ConcurrentExecutions: 1000,
      UnreservedConcurrentExecutions: 960,
    });
    expect((await client.send(new SDK.GetFunctionCommand({ FunctionName }))).Concurrency).toEqual({
      ReservedConcurrentExecutions: 40,
    });
    await expect(
      client.send(new SDK.PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 901 })),
    ).rejects.toBeInstanceOf(SDK.InvalidParameterValueException);
    await client.send(new SDK.DeleteFunctionConcurrencyCommand({ FunctionName }));
    expect(
      (await client.send(new SDK.GetFunctionConcurrencyCommand({ FunctionName }))).ReservedConcurrentExecutions,
    ).toBeUndefined();
    expect((await call(client, {})).StatusCode).toBe(200);
  });
});

it("operations that are not there are refused, never answered wrongly", async () => {
  const client = await start();
  await expect(client.send(new SDK.ListLayersCommand({}))).rejects.toMatchObject({
    name: "UnknownOperationException",
    $metadata: { httpStatusCode: 404 },
  });
});
