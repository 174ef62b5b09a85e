import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { CreateEventSourceMappingCommand, CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { LocalStack } from "../../src/local/stack.ts";
import { zip } from "../../src/local/lambda/test/zip.ts";
import { type Folder, makeFolder, run } from "../cli/harness.ts";
import { startOnTerminal } from "../cli/on-terminal.ts";
import { clientSettings } from "../helpers/client-settings.ts";
import { startSqs } from "../helpers/sqs.ts";
import { startEmbeddedStack } from "../helpers/stack.ts";
import { createPair, createQueue, depth, fail, sendAll } from "./queues.ts";

/* Functions and queues that somebody made by hand, with logs as people write them. */

let stack: LocalStack;
let folder: Folder;
let sqs: SQSClient;
let lambda: LambdaClient;

beforeAll(async () => {
  stack = await startEmbeddedStack({ speed: 20 });
  folder = await makeFolder();
  const settings = clientSettings(stack.endpoint);
  sqs = new SQSClient(settings);
  lambda = new LambdaClient(settings);
});
afterAll(async () => {
  sqs.destroy();
  lambda.destroy();
  await stack.close();
  await folder[Symbol.asyncDispose]();
});

const env = () => ({ HOME: folder.dir, AWS_ENDPOINT_URL: stack.endpoint });
const inspect = (queue: string, ...flags: string[]) =>
  run(["dlq", "inspect", "--queue", queue, "--json", ...flags], { cwd: folder.dir, env: env() });

/** Makes a queue with a function behind it that fails, and waits until its messages are dead letters. */
async function failing(name: string, code: string, bodies: string[], more: { json?: boolean; batch?: number } = {}) {
  const dlq = await createQueue(sqs, `${name}-dlq`);
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dlq.arn, maxReceiveCount: 1 });
  const source = await createQueue(sqs, name, { RedrivePolicy, VisibilityTimeout: "6" });
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Role: "arn:aws:iam::000000000000:role/r",
      Runtime: "nodejs22.x",
      Handler: "index.handler",
      Timeout: 3,
      Code: { ZipFile: zip({ "index.mjs": code }) },
      ...(more.json ? { LoggingConfig: { LogFormat: "JSON" } } : {}),
    }),
  );
  await sendAll(
    sqs,
    source.url,
    bodies.map((body) => ({ body })),
  );
  await lambda.send(
    new CreateEventSourceMappingCommand({
      FunctionName: name,
      EventSourceArn: source.arn,
      BatchSize: more.batch ?? 1,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    }),
  );
  await vi.waitFor(async () => expect(await depth(sqs, dlq.url)).toBe(bodies.length), 30_000);
  return { dlq, source };
}

const groupsOf = (events: Record<string, unknown>[]) =>
  events
    .filter(({ type }) => type === "group")
    .map(({ count, cause }) => `${String(count)} ${String(Object(cause).name)}: ${String(Object(cause).message)}`)
    .toSorted();

describe("causes from the logs of a function", () => {
  test("that prints what it was given, and throws", async () => {
    const code = `export const handler = async (event) => {
      console.log("got", JSON.stringify(event));
      const { n } = JSON.parse(event.Records[0].body);
      if (n > 1) throw new TypeError("Cannot read item " + n);
      throw Object.assign(new Error("too slow"), { name: "TimeoutError" });
    };`;
    const { dlq } = await failing("prints", code, ['{"n":1}', '{"n":2}', '{"n":3}']);
    expect(groupsOf((await inspect(dlq.name)).events)).toEqual(["3 no cause told: JSON with n"]);
    const { exitCode, events, stdout } = await inspect(dlq.name, "--logs");
    expect(exitCode, stdout).toBe(0);
    expect(groupsOf(events)).toEqual([
      "1 TimeoutError: too slow",
      expect.stringMatching(/^2 TypeError: Cannot read item \d$/),
    ]);
    expect(events.at(-1)).toMatchObject({ logs: { functions: ["prints"], matched: 3, others: [] } });
  });

  test("in Lambda's JSON format, by a line of each message, with an export and a filter", async () => {
    const code = `export const handler = async ({ Records }) => ({ batchItemFailures: Records.map(({ messageId, body }) => {
      console.error({ messageId, error: { name: body === "a" ? "RangeError" : "SyntaxError", message: "bad input" } });
      return { itemIdentifier: messageId };
    }) });`;
    const { dlq } = await failing("lines", code, ["a", "b", "c"], { json: true, batch: 3 });
    const { events } = await inspect(dlq.name, "--logs", "--letters");
    expect(groupsOf(events)).toEqual(["1 RangeError: bad input", "2 SyntaxError: bad input"]);
    expect(
      events
        .filter(({ type }) => type === "letter")
        .map(({ cause }) => String(Object(cause).name))
        .toSorted(),
    ).toEqual(["RangeError", "SyntaxError", "SyntaxError"]);
    const flags = ["--logs", "--error", "SyntaxError", "--export", "out.ndjson"];
    const filtered = await inspect(dlq.name, ...flags);
    expect(filtered.events.at(-1)).toMatchObject({ seen: 3, meant: 2, exported: { letters: 2 } });
    const lines = (await readFile(join(folder.dir, "out.ndjson"), "utf8")).trim().split("\n");
    expect(lines.map((line) => String(Object(JSON.parse(line)).cause.name))).toEqual(["SyntaxError", "SyntaxError"]);
    expect((await stat(join(folder.dir, "out.ndjson"))).mode & 0o777).toBe(0o600);
  });

  test("that names no message: its errors are counted, and given to none", async () => {
    const code = `export const handler = async () => { throw new TypeError("nobody knows which"); };`;
    const { dlq, source } = await failing("silent", code, ["a", "b"]);
    const { events } = await inspect(source.name, "--logs");
    expect(groupsOf(events)).toEqual(["2 no cause told: text"]);
    expect(events.at(-1)).toMatchObject({
      logs: { matched: 0, others: [{ count: 2, cause: { name: "TypeError", message: "nobody knows which" } }] },
    });
    const asText = await run(["dlq", "inspect", "--queue", dlq.name, "--logs"], { cwd: folder.dir, env: env() });
    expect(asText.stderr).toMatch(/\d+ lines of silent: the cause of 0 letters stands there/);
    expect(asText.stderr).toContain("2 invocations more failed that name no letter: TypeError nobody knows which");
  });

  test("that reached its timeout", async () => {
    const code = `export const handler = async (event) => {
      console.log(event.Records[0].messageId);
      await new Promise(() => setInterval(() => {}, 1000));
    };`;
    const { dlq } = await failing("hangs", code, ["a"]);
    expect(groupsOf((await inspect(dlq.name, "--logs")).events)).toEqual([
      "1 Timeout: the function reached its timeout",
    ]);
  });

  test("on a terminal", async () => {
    const argv = ["dlq", "inspect", "--queue", "prints-dlq", "--logs"];
    const { terminal, exit } = startOnTerminal(argv, { cwd: folder.dir, env: env() });
    expect(await exit).toBe(0);
    await terminal.waitFor("2 TypeError · 1 TimeoutError");
    await terminal.waitFor("lines of prints: the cause of 3 letters stands there");
  });
});

test("where no function takes the messages, that is said", async () => {
  const dlq = await createQueue(sqs, "lonely-dlq");
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dlq.arn, maxReceiveCount: 1 });
  await createQueue(sqs, "lonely", { RedrivePolicy });
  await sendAll(sqs, dlq.url, [{ body: "a" }]);
  const { exitCode, stderr } = await run(["dlq", "inspect", "--queue", "lonely", "--logs"], {
    cwd: folder.dir,
    env: env(),
  });
  expect(exitCode).toBe(0);
  expect(stderr).toContain("no function takes messages from the queue");
});

test("what keeps the logs from being read is told beside what the messages told", async () => {
  await using alone = await startSqs();
  const { dlq, source } = await createPair(alone.client, "orders");
  await fail(alone.client, source.url, dlq.url, [{ body: '{"error":"boom"}' }, { body: "text" }]);
  const { exitCode, stdout, stderr } = await run(["dlq", "inspect", "--queue", "orders", "--logs"], {
    cwd: folder.dir,
    env: { HOME: folder.dir, AWS_ENDPOINT_URL: alone.endpoint },
  });
  expect(exitCode).toBe(0);
  expect(stdout).toContain("Error boom");
  expect(stderr).toMatch(/the logs were not read: lambda:ListEventSourceMappings failed/);
});
