import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startEmbeddedStack } from "../../../test/helpers/stack.ts";
import { systemClock } from "../../contract/clock.ts";
import type { LocalStack } from "../../local/stack.ts";
import { readLogLines } from "../aws/function-log.ts";
import { createLogger } from "../log/logger.ts";
import { advance, newRecord, type Changes } from "../store/transition.ts";
import { createCauses } from "./causes.ts";

/* Lambda's own lines, as it writes them in its JSON format, read through the service. */

const GROUP = "/aws/lambda/shop-prod-worker";
const SECRET = "a-secret-of-the-stage";
let stack: LocalStack;
let logs: CloudWatchLogsClient;
const warnings: string[] = [];

beforeAll(async () => {
  stack = await startEmbeddedStack();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: stack.endpoint,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
  });
  logs = new CloudWatchLogsClient({});
  await logs.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
});
afterAll(async () => {
  logs.destroy();
  await stack.close();
});

const causes = (group = GROUP) =>
  createCauses({
    readLog: (pattern, from) => readLogLines(group, pattern, from),
    secrets: async () => [SECRET],
    clock: systemClock,
    log: createLogger({ write: (line) => void warnings.push(line) }),
  });

let streams = 0;
/** Writes lines into a stream of its own, as each environment does. */
async function write(...lines: object[]): Promise<void> {
  const to = { logGroupName: GROUP, logStreamName: `stream-${(streams += 1)}` };
  await logs.send(new CreateLogStreamCommand(to));
  const logEvents = lines.map((line) => ({ timestamp: Date.now(), message: JSON.stringify(line) }));
  await logs.send(new PutLogEventsCommand({ ...to, logEvents }));
}
const thrown = (errorType: string, errorMessage: string) => ({
  timestamp: new Date().toISOString(),
  level: "ERROR",
  message: { errorType, errorMessage, stackTrace: [] },
});
const initReport = (status: string, errorType?: string) => ({
  type: "platform.initReport",
  record: { initializationType: "on-demand", phase: "init", status, errorType, metrics: { durationMs: 90 } },
});
const report = (requestId: string, record: object) => ({
  type: "platform.report",
  record: { requestId, metrics: { durationMs: 50_000, memorySizeMB: 256 }, ...record },
});
const at = () => new Date().toISOString();
const record = (set: Changes["set"] = {}) =>
  advance(newRecord({ taskId: "task-0001", userId: "u", prompt: "p" }, at()), at(), { set }).record;
const running = (requestId: string) =>
  record({
    status: "running",
    attempt: 1,
    attempts: [{ generation: 1, attempt: 1, startedAt: at(), requestId, messageId: "m" }],
  });

test("a task that never began has what the last start of the function failed of, without secrets", async () => {
  const before = record();
  expect(await causes().of(before)).toBeUndefined();
  await write(thrown("Error", "an older one"), initReport("error", "Error"));
  await write(thrown("TypeError", "an attempt's own"), initReport("success"));
  await write(thrown("Runtime.ImportModuleError", `no module, but ${SECRET}`), initReport("error", "Runtime.Unknown"));
  const error = await causes().of(before);
  expect(error).toMatchObject({
    name: "Runtime.ImportModuleError",
    message: "The function could not be started: no module, but [redacted]",
    code: "FUNCTION_START_FAILED",
    permanent: false,
  });
  await write(initReport("timeout", "Sandbox.Timedout"));
  expect(await causes().of(before)).toMatchObject({
    name: "Sandbox.Timedout",
    message: "The function could not be started: it took longer than Lambda allows",
  });
});

test("what failed before a task was sent is not its doing", async () => {
  await write(initReport("error", "Runtime.ExitError"));
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await causes().of(record())).toBeUndefined();
  expect(await causes().of(record({ status: "deadlettered" }), Date.now())).toBeUndefined();
  expect(await causes().of(record({ status: "deadlettered" }), Date.now() - 60_000)).toMatchObject({
    name: "Runtime.ExitError",
  });
});

test.each([
  ["request-timeout", { status: "timeout" }, "The attempt reached the function's timeout of 50 s."],
  [
    "request-memory",
    { status: "error", errorType: "Runtime.OutOfMemory" },
    "The function ran out of memory: it has 256 MB.",
  ],
  [
    "request-exit",
    { status: "failure", errorType: "Runtime.ExitError" },
    "The function crashed: its process ended in the midst of the attempt.",
  ],
  [
    "request-other",
    { status: "failure", errorType: "Runtime.NodeJsExit" },
    "The function failed in the midst of the attempt: Runtime.NodeJsExit.",
  ],
])("an attempt that never ended has what Lambda says of it: %s", async (requestId, told, message) => {
  await write(report("request-of-another", { status: "success" }), report(requestId, told));
  expect(await causes().of(running(requestId))).toMatchObject({ name: "AttemptLost", message });
});

test("where nobody knows, nothing is told: no line, or no log that could be read", async () => {
  expect(await causes().of(running("request-unheard"))).toBeUndefined();
  expect(warnings).toEqual([]);
  const unreadable = causes("/aws/lambda/none");
  expect(await unreadable.of(running("request-exit"))).toBeUndefined();
  expect(await unreadable.of(record())).toBeUndefined();
  expect(warnings).toEqual([expect.stringContaining("The worker's log could not be read")]);
});
