import { CloudWatchClient, ListMetricsCommand } from "@aws-sdk/client-cloudwatch";
import { GetFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { request } from "node:http";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { createHttpApi } from "./apigateway/http.ts";
import { createSocketApi } from "./apigateway/socket.ts";
import { inProcessHost, startTestStack, TEST_TOKEN, type TestStack } from "./apigateway/testing.ts";
import type { Service } from "./exchange.ts";
import { createModel } from "./model/index.ts";
import type { RouterServices } from "./router.ts";
import { createSts } from "./sts/index.ts";

const stacks: TestStack[] = [];
afterEach(async () => {
  for (const stack of stacks.splice(0)) await stack[Symbol.asyncDispose]();
});

/** A service that says which one it is. */
const named = (name: string): Service => ({
  async handle({ res }) {
    res.writeHead(200, { "x-service": name, "content-type": "application/json" }).end("{}");
  },
  close() {},
});

async function start(services: Partial<RouterServices> = {}) {
  const host = inProcessHost({
    api: () => ({ statusCode: 200, headers: { "x-service": "http" } }),
    socket: () => ({ statusCode: 200 }),
  });
  const stack = await startTestStack((ctx) => ({
    services: { sts: createSts(ctx), model: createModel(ctx), ...services },
    apis: {
      http: createHttpApi(ctx, { host, routes: [{ method: "ANY", path: "$default", functionName: "api" }] }),
      socket: createSocketApi(ctx, { host, functionName: "socket" }),
      health: () => ({ stage: "local" }),
      control: { "POST echo": (input) => ({ input }) },
    },
  }));
  stacks.push(stack);
  return stack;
}

const signed = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=test/20261124/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=x`,
});
const all = Object.fromEntries(
  ["sqs", "dynamodb", "logs", "ssm", "cloudwatch", "lambda", "s3"].map((name) => [name, named(name)]),
);
const credentials = { accessKeyId: "test", secretAccessKey: "test" };

describe("the order of the router", () => {
  it.each<[string, string, RequestInit, string]>([
    ["a target", "/", { method: "POST", headers: { "x-amz-target": "AmazonSQS.SendMessage" } }, "sqs"],
    [
      "a target before a scope",
      "/",
      { method: "POST", headers: { "x-amz-target": "AmazonSSM.GetParameter", ...signed("sqs") } },
      "ssm",
    ],
    [
      "DynamoDB's target",
      "/",
      { method: "POST", headers: { "x-amz-target": "DynamoDB_20120810.GetItem" } },
      "dynamodb",
    ],
    ["the logs' target", "/", { method: "POST", headers: { "x-amz-target": "Logs_20140328.PutLogEvents" } }, "logs"],
    [
      "CBOR",
      "/service/GraniteServiceVersion20100801/operation/ListMetrics",
      { method: "POST", headers: { "smithy-protocol": "rpc-v2-cbor" } },
      "cloudwatch",
    ],
    ["Lambda's path", "/2015-03-31/functions/x", {}, "lambda"],
    ["Lambda's newer paths", "/2019-09-30/functions/x/concurrency", {}, "lambda"],
    ["Lambda's scope", "/any", { headers: signed("lambda") }, "lambda"],
    ["a bucket that looks like Lambda's path", "/2015-03-31/key", { headers: signed("s3") }, "s3"],
    ["S3's scope", "/bucket/key", { headers: signed("s3") }, "s3"],
    [
      "a presigned query",
      "/bucket/key?X-Amz-Credential=test%2F20261124%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Signature=x",
      {},
      "s3",
    ],
    ["an older presigned query", "/bucket/key?AWSAccessKeyId=test&Signature=x&Expires=1795735388", {}, "s3"],
    [
      "a form with SQS's scope",
      "/",
      {
        method: "POST",
        body: "Action=ListQueues&Version=2012-11-05",
        headers: { ...signed("sqs"), "content-type": "application/x-www-form-urlencoded" },
      },
      "sqs",
    ],
    [
      "a form that nobody signed",
      "/",
      { method: "POST", body: new URLSearchParams({ Action: "ListQueues", Version: "2012-11-05" }) },
      "sqs",
    ],
    [
      "a form that nobody signed, to a queue",
      "/000000000000/jobs",
      { method: "POST", body: new URLSearchParams({ Action: "ReceiveMessage", Version: "2012-11-05" }) },
      "sqs",
    ],
    ["a route that looks like a queue", "/000000000000/jobs", { method: "POST", body: "{}" }, "http"],
    ["execute-api's scope", "/tasks", { headers: signed("execute-api") }, "http"],
    ["a bearer token", "/tasks", { headers: { authorization: "Bearer x" } }, "http"],
    ["a form of the project's own", "/", { method: "POST", body: new URLSearchParams({ Action: "Buy" }) }, "http"],
    ["anything else", "/whatever", {}, "http"],
  ])("%s", async (_what, path, init, service) => {
    const { endpoint } = await start(all);
    const response = await fetch(endpoint + path, init);
    expect(response.headers.get("x-service")).toBe(service);
  });

  it("answers for services that are not there in the SDK's own protocol, and warns once", async () => {
    const { endpoint, events } = await start();
    const config = { endpoint, region: "us-east-1", credentials, maxAttempts: 1 };
    const unknown = { name: "UnknownOperationException" };
    await expect(new SQSClient(config).send(new ListQueuesCommand({}))).rejects.toMatchObject(unknown);
    await expect(new SQSClient(config).send(new ListQueuesCommand({}))).rejects.toMatchObject(unknown);
    await expect(new CloudWatchClient(config).send(new ListMetricsCommand({}))).rejects.toMatchObject(unknown);
    await expect(new LambdaClient(config).send(new GetFunctionCommand({ FunctionName: "x" }))).rejects.toMatchObject(
      unknown,
    );
    const kinesis = await fetch(endpoint, {
      method: "POST",
      headers: { "x-amz-target": "Kinesis_20131202.PutRecord" },
    });
    expect([kinesis.status, await kinesis.json()]).toEqual([
      400,
      { __type: "UnknownOperationException", message: "The local stack does not offer Kinesis_20131202." },
    ]);
    const iam = await fetch(endpoint, {
      method: "POST",
      body: new URLSearchParams({ Action: "ListUsers" }),
      headers: signed("iam"),
    });
    expect(await iam.text()).toContain("<Code>UnknownOperationException</Code>");
    const warnings = events.flatMap((event) => (event.type === "warning" ? [event.message] : []));
    expect(warnings).toEqual(
      ["sqs", "cloudwatch", "lambda", "Kinesis_20131202", "iam"].map(
        (name) => `The local stack does not offer ${name}.`,
      ),
    );
  });

  it("answers unknown CBOR in CBOR", async () => {
    const { endpoint } = await start();
    const response = await fetch(`${endpoint}/service/Other/operation/Do`, {
      method: "POST",
      headers: { "smithy-protocol": "rpc-v2-cbor" },
    });
    const body = Buffer.from(await response.arrayBuffer());
    expect([response.headers.get("smithy-protocol"), response.headers.get("content-type")]).toEqual([
      "rpc-v2-cbor",
      "application/cbor",
    ]);
    // A map of two, whose first key is a text of six.
    expect(body.subarray(0, 8).toString("latin1")).toBe("\xa2\x66__type");
  });
});

describe("pages of another origin", () => {
  const foreign = { origin: "https://evil.example" };
  it.each<[string, string, RequestInit, number]>([
    [
      "may not call AWS",
      "/",
      { method: "POST", headers: { ...foreign, "x-amz-target": "AmazonSQS.SendMessage" } },
      403,
    ],
    [
      "may not, even without an origin of theirs",
      "/",
      { method: "POST", headers: { origin: "null", "x-amz-target": "AmazonSQS.SendMessage" } },
      403,
    ],
    [
      "may not by a link",
      "/?Action=PurgeQueue&Version=2012-11-05",
      { headers: { "sec-fetch-site": "cross-site" } },
      403,
    ],
    ["may not spend the model", "/_ai-pipeline/model/v1/models", { headers: foreign }, 403],
    ["may not see the stack's health", "/_ai-pipeline/health", { headers: foreign }, 403],
    ["may not write to a bucket", "/bucket/key", { method: "PUT", headers: { ...foreign, ...signed("s3") } }, 403],
    [
      "may follow a link to an object",
      "/bucket/key",
      { headers: { "sec-fetch-site": "cross-site", ...signed("s3") } },
      200,
    ],
    ["may call the HTTP API, which has its authorizer", "/tasks", { headers: foreign }, 200],
    [
      "on this machine may use a bucket",
      "/bucket/key",
      { method: "PUT", headers: { origin: "http://localhost:3000", ...signed("s3") } },
      200,
    ],
    [
      "that are allowed may use a bucket",
      "/bucket/key",
      { method: "PUT", headers: { origin: "https://app.example", ...signed("s3") } },
      200,
    ],
    [
      "that are allowed still may not call AWS",
      "/",
      { method: "POST", headers: { origin: "https://app.example", "x-amz-target": "AmazonSQS.SendMessage" } },
      403,
    ],
    [
      "that only look local may not",
      "/",
      { method: "POST", headers: { origin: "http://localhost.evil.example", "x-amz-target": "AmazonSQS.SendMessage" } },
      403,
    ],
  ])("%s", async (_what, path, init, status) => {
    const { port } = await start({ ...all, allowedOrigins: ["https://app.example"] });
    // Not fetch: it keeps some of these headers to itself.
    const answered = await new Promise<number | undefined>((resolve, reject) => {
      request(
        {
          host: "127.0.0.1",
          port,
          path,
          method: init.method ?? "GET",
          headers: Object.fromEntries(new Headers(init.headers)),
        },
        (res) => {
          res.resume().once("end", () => resolve(res.statusCode));
        },
      )
        .once("error", reject)
        .end();
    });
    expect(answered).toBe(status);
  });
});

describe("the control routes", () => {
  const token = { authorization: `Bearer ${TEST_TOKEN}` };

  it("tell health to anyone here", async () => {
    const { endpoint } = await start();
    expect(await (await fetch(`${endpoint}/_ai-pipeline/health`)).json()).toEqual({
      status: "ok",
      pid: process.pid,
      stage: "local",
    });
  });

  it("need the stack's token for all else", async () => {
    const { endpoint } = await start();
    for (const headers of [{}, { authorization: "Bearer wrong-token!!" }]) {
      const response = await fetch(`${endpoint}/_ai-pipeline/faults`, { headers });
      expect([response.status, await response.json()]).toMatchObject([401, { error: { code: "UNAUTHORIZED" } }]);
    }
  });

  it("list, set and clear faults while running", async () => {
    const { endpoint, faults } = await start();
    const url = `${endpoint}/_ai-pipeline/faults`;
    const put = (body: unknown) => fetch(url, { method: "PUT", headers: token, body: JSON.stringify(body) });
    expect(await (await put({ faults: ["model:429=0.3", "outage"] })).json()).toEqual({
      faults: [
        { fault: "outage", struck: 0 },
        { fault: "model:429=0.3", struck: 0 },
      ],
    });
    const bad = await put({ faults: ["model:hang", "model:nap"] });
    expect([bad.status, await bad.json()]).toMatchObject([
      400,
      { error: { code: "FAULT_INVALID", message: expect.stringContaining("nap") } },
    ]);
    expect(faults.list()).toHaveLength(2);
    expect(await (await fetch(`${url}?fault=outage`, { method: "DELETE", headers: token })).json()).toMatchObject({
      cleared: 1,
      faults: [{ fault: "model:429=0.3" }],
    });
    await fetch(url, { method: "DELETE", headers: token });
    expect(await (await fetch(url, { headers: token })).json()).toEqual({ faults: [] });
  });

  it("take handlers of the stack's own, and say what is not there", async () => {
    const { endpoint } = await start();
    const echo = await fetch(`${endpoint}/_ai-pipeline/echo`, { method: "POST", headers: token, body: '{"a":1}' });
    expect(await echo.json()).toEqual({ input: { a: 1 } });
    const broken = await fetch(`${endpoint}/_ai-pipeline/echo`, { method: "POST", headers: token, body: "{" });
    expect(broken.status).toBe(400);
    const missing = await fetch(`${endpoint}/_ai-pipeline/none`, { headers: token });
    expect([missing.status, await missing.json()]).toMatchObject([404, { error: { code: "NOT_FOUND" } }]);
  });
});

describe("upgrades", () => {
  it("reach the WebSocket API, but not under the control routes", async () => {
    const { port } = await start();
    const state = (path: string) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
        socket.once("open", () => (socket.close(), resolve("open")));
        socket.once("error", (error) => resolve(error.message));
      });
    expect(await state("/")).toBe("open");
    expect(await state("/_ai-pipeline/socket")).toContain("404");
  });

  it("that are none are refused", async () => {
    const { port } = await start();
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () =>
        socket.write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"),
      );
      let text = "";
      socket.on("data", (data) => (text += data.toString("utf8")));
      socket.once("end", () => resolve(text));
      socket.once("error", reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });
});
