import { CloudWatchClient, ListMetricsCommand } from "@aws-sdk/client-cloudwatch";
import { GetFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { request } from "node:http";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import { createSocketApi } from "./apigateway/socket.ts";
import { inProcessHost, startTestStack, type TestStack } from "./apigateway/testing.ts";
import { AwsError } from "./context.ts";
import type { Service } from "./exchange.ts";
import { createRuntimeApi } from "./lambda/runtime-api.ts";

const stacks: TestStack[] = [];
afterEach(async () => {
  for (const stack of stacks.splice(0)) await stack[Symbol.asyncDispose]();
});

/** Counts what reaches it. */
function counting() {
  const reached: string[] = [];
  const service = (name: string): Service => ({
    async handle({ res }) {
      reached.push(name);
      res.writeHead(200).end("{}");
    },
    close() {},
  });
  return { reached, service };
}

async function start(service: (name: string) => Service, reached: string[] = []) {
  const host = inProcessHost({ socket: () => (reached.push("socket"), { statusCode: 200 }) });
  const names = ["sqs", "dynamodb", "logs", "ssm", "cloudwatch", "lambda", "s3", "sts", "model"] as const;
  const stack = await startTestStack((ctx) => ({
    services: Object.fromEntries(names.map((name) => [name, service(name)])),
    apis: { http: service("http"), socket: createSocketApi(ctx, { host, functionName: "socket" }) },
  }));
  stacks.push(stack);
  return stack;
}

const signed = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=test/20261124/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=x`,
});
const form = { "content-type": "application/x-www-form-urlencoded" };
const upgrade = {
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
};

/** Every way into the stack: its path and headers. */
const SURFACES: [what: string, path: string, headers: Record<string, string>][] = [
  ["the HTTP API", "/tasks", { authorization: "Bearer x" }],
  ["AWS JSON", "/", { "x-amz-target": "AmazonSQS.ListQueues" }],
  ["RPC v2 CBOR", "/service/GraniteServiceVersion20100801/operation/ListMetrics", { "smithy-protocol": "rpc-v2-cbor" }],
  ["the query protocol", "/", { ...form, ...signed("sts") }],
  ["Lambda", "/2015-03-31/functions", signed("lambda")],
  ["S3", "/bucket/key", signed("s3")],
  ["a presigned address", "/bucket/key?AWSAccessKeyId=a&Signature=b&Expires=9999999999", {}],
  ["@connections", "/@connections/abc", signed("execute-api")],
  ["the model", "/_ai-pipeline/model/v1/models", { authorization: "Bearer any" }],
  ["the control routes", "/_ai-pipeline/health", {}],
  ["a WebSocket", "/local", upgrade],
];

/** One request as it is, where fetch would keep the headers that matter to itself. */
function ask(port: number, path: string, headers: Record<string, string>, method = "GET") {
  return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, path, method, headers }, (res) => {
      let body = "";
      res.setEncoding("utf8");
      res.on("data", (chunk: string) => (body += chunk));
      res.once("end", () => resolve({ status: res.statusCode, body }));
    });
    asked.once("upgrade", (res, socket) => {
      socket.destroy();
      resolve({ status: res.statusCode, body: "" });
    });
    asked.once("error", reject).end();
  });
}

describe.each(SURFACES)("%s", (what, path, headers) => {
  it.each(["evil.example", "localhost.evil.example", "127.0.0.1.nip.io:4566", "169.254.169.254"])(
    "is not reached by the host %j",
    async (host) => {
      const { reached, service } = counting();
      const { port } = await start(service, reached);
      const { status, body } = await ask(port, path, { ...headers, host });
      expect(status).toBe(421);
      if (what !== "RPC v2 CBOR") expect(body).toContain("use http://127.0.0.1");
      expect(reached).toEqual([]);
    },
  );

  it.each(["127.0.0.1", "localhost:4566", "[::1]:4566", "bucket.localhost:80", "LOCALHOST"])(
    "is reached by the host %j",
    async (host) => {
      const { service } = counting();
      const { port } = await start(service);
      expect((await ask(port, path, { ...headers, host })).status).not.toBe(421);
    },
  );
});

it("a request that names no host is refused", async () => {
  const { reached, service } = counting();
  const { port } = await start(service);
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("GET /tasks HTTP/1.0\r\n\r\n"));
    let text = "";
    socket.on("data", (data) => (text += data.toString("utf8")));
    socket.once("end", () => resolve(text));
    socket.once("error", reject);
  });
  expect(answer).toMatch(/^HTTP\/1\.1 421 /);
  expect(reached).toEqual([]);
});

it("the functions' Runtime API answers nobody who does not know an environment's secret", async () => {
  const api = createRuntimeApi();
  const { address } = await api.register({ onNext: () => {}, onAnswer: () => true, onInitError: () => {} });
  const port = Number(/:(\d+)\//.exec(address)?.[1]);
  for (const path of ["/2018-06-01/runtime/invocation/next", "/guess/2018-06-01/runtime/invocation/next", "/", "//"]) {
    expect(await ask(port, path, {})).toMatchObject({ status: 403 });
  }
  await expect(elsewhere(port)).resolves.toEqual([]);
  await api.close();
});

it("is reached by the loopback address alone", async () => {
  const { port } = await start(counting().service);
  expect(await elsewhere(port)).toEqual([]);
});

/** @returns the addresses of this machine, other than the loopback's, at which a port answers. */
async function elsewhere(port: number): Promise<string[]> {
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ internal, scopeid }) => !internal && !scopeid)
    .map(({ address }) => address);
  const open = await Promise.all(
    [...addresses, "::1"].map(
      (host) =>
        new Promise<string | undefined>((resolve) => {
          const socket = connect({ host, port, timeout: 2000 });
          socket.once("connect", () => (socket.destroy(), resolve(host)));
          for (const event of ["error", "timeout"]) socket.once(event, () => (socket.destroy(), resolve(undefined)));
        }),
    ),
  );
  return open.filter((host) => host !== undefined);
}

describe("what no service answers", () => {
  const failing = (error: Error) => (): Service => ({
    async handle() {
      throw error;
    },
    close() {},
  });
  const clients = (endpoint: string) => {
    const config = {
      endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts: 1,
    };
    return {
      JSON: () => new SQSClient(config).send(new ListQueuesCommand({})),
      "JSON or CBOR": () => new CloudWatchClient(config).send(new ListMetricsCommand({})),
      "the query protocol": () => new STSClient(config).send(new GetCallerIdentityCommand({})),
      "S3's XML": () => new S3Client({ ...config, forcePathStyle: true }).send(new ListBucketsCommand({})),
      "Lambda's REST": () => new LambdaClient(config).send(new GetFunctionCommand({ FunctionName: "x" })),
    };
  };

  it.each([
    ["JSON", "InternalFailure"],
    ["JSON or CBOR", "InternalFailure"],
    ["the query protocol", "InternalFailure"],
    ["S3's XML", "InternalError"],
    ["Lambda's REST", "ServiceException"],
  ] as const)("is answered in %s, and told once in the warnings", async (protocol, name) => {
    const { endpoint, events } = await start(failing(new Error("a bug")));
    const call = clients(endpoint)[protocol];
    for (let times = 0; times < 2; times += 1) {
      await expect(call()).rejects.toMatchObject({
        name,
        message: "The local stack failed on this request.",
        $metadata: { httpStatusCode: 500 },
      });
    }
    expect(events.filter(({ type }) => type === "warning")).toMatchObject([
      { message: "A request could not be served: a bug" },
    ]);
  });

  it.each(["JSON", "JSON or CBOR", "the query protocol", "S3's XML", "Lambda's REST"] as const)(
    "keeps an error's code, words and status in %s",
    async (protocol) => {
      const closing = new AwsError("ServiceUnavailable", "It is <closing> & gone.", { status: 503 });
      const { endpoint, events } = await start(failing(closing));
      await expect(clients(endpoint)[protocol]()).rejects.toMatchObject({
        name: "ServiceUnavailable",
        message: closing.message,
        $metadata: { httpStatusCode: 503 },
      });
      expect(events.filter(({ type }) => type === "warning")).toEqual([]);
    },
  );

  it("is answered in API Gateway's words on the HTTP API", async () => {
    const { endpoint } = await start(failing(new Error("a bug")));
    const response = await fetch(`${endpoint}/tasks`, { method: "POST", body: "{}" });
    expect([response.status, await response.json()]).toEqual([
      500,
      { message: "The local stack failed on this request." },
    ]);
  });

  it("a form without a signature that is over the limit is answered, and the server lives", async () => {
    const { endpoint } = await start(counting().service);
    const body = `Action=SendMessage&Version=2012-11-05&MessageBody=${"x".repeat(17 * 1024 * 1024)}`;
    const response = await fetch(endpoint, { method: "POST", headers: form, body });
    expect([response.status, await response.text()]).toEqual([
      413,
      expect.stringContaining("<Code>RequestEntityTooLarge</Code>"),
    ]);
    expect((await fetch(`${endpoint}/_ai-pipeline/health`)).status).toBe(200);
  });
});
