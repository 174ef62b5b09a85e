import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LocalStack } from "../../src/local/stack.ts";
import { checkAnswer } from "./answers.ts";
import { signed } from "./requests.ts";
import { startEmbeddedStack } from "../helpers/stack.ts";

/** Of every run: what fails here fails again. */
const SEED = 20_261_128;
/** Whoever is neither answered nor hung up on by then waits in vain. */
const PATIENCE_MS = 10_000;

let stack: LocalStack;
const warnings: string[] = [];

beforeAll(async () => {
  stack = await startEmbeddedStack({
    onEvent: (event) => void (event.type === "warning" && warnings.push(event.message)),
  });
  stack.services.sqs.createQueue("q");
});
afterAll(() => stack.close());

/** Writes bytes, then says that nothing follows, or vanishes. @returns what came back. */
function speak(bytes: Uint8Array | string, vanish = false): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect({ port: stack.port, host: "127.0.0.1" });
    const timer = setTimeout(() => reject(new Error(`Neither answered nor hung up on: ${String(bytes)}`)), PATIENCE_MS);
    socket.once("connect", () => {
      if (vanish) socket.write(bytes, () => socket.destroy());
      else socket.end(bytes);
    });
    socket.on("data", (data) => (answer += data.toString("latin1")));
    socket.on("error", () => {});
    socket.once("close", () => {
      clearTimeout(timer);
      resolve(answer);
    });
  });
}

/** @returns what is no longer as it was, once the stack has served a client. */
async function harmDone(): Promise<string[]> {
  const sqs = new SQSClient({
    endpoint: stack.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    maxAttempts: 1,
  });
  const QueueUrl = `${stack.endpoint}/000000000000/q`;
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["ApproximateNumberOfMessages"] }),
  );
  sqs.destroy();
  const queues = stack.services.sqs.names();
  return [
    ...(Attributes?.["ApproximateNumberOfMessages"] === "0" ? [] : ["a message came into being"]),
    ...(queues.length === 1 ? [] : [`the queues are ${queues.join(", ")}`]),
    ...warnings.filter((message) => message.includes("could not be served")),
  ];
}

const line = fc.oneof(
  fc.constantFrom(
    "Host: localhost",
    "Content-Length: 5",
    "Content-Length: -1",
    "Content-Length: 5, 6",
    "Content-Length: 99999999999999999999",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: gzip, chunked",
    "Expect: 100-continue",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
    "X-Amz-Target: AmazonSQS.CreateQueue",
    "X-Amz-Target: Logs_20140328.StartLiveTail",
    "smithy-protocol: rpc-v2-cbor",
    "Authorization: AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request",
    "Content-Encoding: gzip",
    " folded",
    "no colon",
    `X-Long: ${"x".repeat(20_000)}`,
  ),
  fc.string({ unit: "binary-ascii", maxLength: 60 }),
);
const start = fc.oneof(
  fc.constantFrom(
    "GET / HTTP/1.1",
    "POST / HTTP/1.1",
    "PUT /bucket/key HTTP/1.1",
    "DELETE /2015-03-31/functions/x HTTP/1.1",
    "OPTIONS * HTTP/1.1",
    "GET http://evil.example/ HTTP/1.1",
    "CONNECT evil.example:443 HTTP/1.1",
    "GET // HTTP/1.1",
    "GET /%zz?%zz=%zz HTTP/1.1",
    "GET /@connections/%00 HTTP/1.1",
    "GET /_ai-pipeline/health HTTP/1.1",
    "POST /service/GraniteServiceVersion20100801/operation/ListMetrics HTTP/1.1",
    "PRI * HTTP/2.0",
    "GET / HTTP/9.9",
    "BREW / HTTP/1.1",
  ),
  fc.webPath().map((path) => `GET ${path || "/"} HTTP/1.1`),
  fc.string({ unit: "binary-ascii", maxLength: 80 }),
);
const body = fc.oneof(
  fc.constantFrom("", "{}", "5\r\nhello\r\n0\r\n\r\n", "ffffffffffffffffff\r\n", "5\r\nhel", "zz\r\n", "\0\0\0"),
  fc.string({ unit: "binary", maxLength: 60 }),
);

describe("what is hardly HTTP", () => {
  it("is answered or hung up on, and the stack goes on", async () => {
    const requests = fc.record({ start, lines: fc.array(line, { maxLength: 8 }), body, vanish: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(requests, async ({ start: first, lines, body: rest, vanish }) => {
        await speak(`${[first, ...lines].join("\r\n")}\r\n\r\n${rest}`, vanish);
      }),
      { numRuns: 1000, seed: SEED },
    );
    expect(await harmDone()).toEqual([]);
  });

  it("random bytes are answered or hung up on, and the stack goes on", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.boolean(), async (bytes, vanish) => {
        await speak(bytes, vanish);
      }),
      { numRuns: 300, seed: SEED },
    );
    expect(await harmDone()).toEqual([]);
  });
});

describe("sizes", () => {
  const json = (target: string) => ({ "x-amz-target": target, "content-type": "application/x-amz-json-1.0" });
  const MB = 1024 * 1024;
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const cbor = { "smithy-protocol": "rpc-v2-cbor", ...signed("monitoring") };
  const cborPath = "/service/GraniteServiceVersion20100801/operation/PutMetricData";

  it.each<[string, string, Record<string, string>, () => string | Buffer]>([
    ["a JSON body over the limit", "/", json("AmazonSQS.SendMessage"), () => "x".repeat(17 * MB)],
    [
      "a message over the limit",
      "/",
      json("AmazonSQS.SendMessage"),
      () => JSON.stringify({ QueueUrl: "/000000000000/q", MessageBody: "x".repeat(MB + 1) }),
    ],
    ["an item over the limit", "/", json("DynamoDB_20120810.PutItem"), () => "x".repeat(17 * MB)],
    ["a form over the limit", "/", { ...form, ...signed("sts") }, () => `Action=${"x".repeat(17 * MB)}`],
    ["a form of a million fields", "/", { ...form, ...signed("sqs") }, () => "a=1&".repeat(MB)],
    [
      "names nested too deeply",
      "/",
      { ...form, ...signed("monitoring") },
      () => `Action=ListMetrics&${"a.".repeat(MB / 4)}a=1`,
    ],
    ["JSON nested too deeply", "/", json("AmazonSSM.GetParameters"), () => `{"Names":${"[".repeat(MB)}`],
    ["CBOR nested too deeply", cborPath, cbor, () => Buffer.alloc(MB - 1, 0x81)],
    [
      "CBOR that says it is huge",
      cborPath,
      cbor,
      () => Buffer.from([0x9b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    ],
    [
      "gzip that unpacks to more than the limit",
      cborPath,
      { ...cbor, "content-encoding": "gzip" },
      () => gzipSync(Buffer.alloc(64 * MB)),
    ],
    [
      "an upload's list of parts that is huge",
      "/b/k?uploadId=x",
      signed("s3"),
      () => `<a>${"<Part>".repeat(MB / 2)}</a>`,
    ],
  ])("%s is refused in AWS's shape", async (_what, path, headers, makeBody) => {
    const sent = makeBody();
    const response = await fetch(stack.endpoint + path, {
      method: "POST",
      headers,
      body: typeof sent === "string" ? sent : Uint8Array.from(sent),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const answer = {
      status: response.status,
      headers: response.headers,
      body: Buffer.from(await response.arrayBuffer()),
    };
    checkAnswer(answer);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.body.length).toBeLessThan(10_000);
    expect(await harmDone()).toEqual([]);
  });
});
