import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientSettings } from "../helpers/client-settings.ts";
import { attach, freePort } from "../helpers/debugger.ts";
import {
  endProject,
  type Folder,
  makeFolder,
  PROJECT,
  run,
  type RunningCommand,
  start,
  startProject,
} from "./harness.ts";
import { startOnTerminal } from "./on-terminal.ts";

const worker = (where: string) => `import { defineWorker } from "ai-pipeline/runtime";

export const handler = defineWorker({
  async run(task, ctx) {
    debugger;
    if (task.prompt === "wait") await new Promise((_, reject) => ctx.signal.addEventListener("abort", () => reject(ctx.signal.reason)));
    if (${JSON.stringify(where)} === "there" && task.input?.fixed !== true) throw new TypeError("not fixed");
    const document = task.documentReference ? new TextDecoder().decode(await (await ctx.document()).bytes()) : "no document";
    return { where: ${JSON.stringify(where)}, isReplay: ctx.isReplay, generation: ctx.generation, document };
  },
});
`;

/* A stage that runs "there", and the checkout of whoever looks into its dead letters, "here". */
let there: Folder;
let here: Folder;
let dev: RunningCommand;
let endpoint: string;
const cli = (...argv: string[]) => run(argv, { cwd: there.dir });
const retry = (...argv: string[]) => cli("tasks", "retry", "--json", ...argv);
const fromThere = () => ["--stage", "local", "--endpoint-url", endpoint];

beforeAll(async () => {
  ({ folder: there, dev, endpoint } = await startProject({ ...PROJECT, "src/worker.ts": worker("there") }, ["--json"]));
  here = await makeFolder({ ...PROJECT, "src/worker.ts": worker("here") });
});
afterAll(async () => {
  await endProject({ folder: there, dev });
  await here[Symbol.asyncDispose]();
});

async function submitted(task: Record<string, unknown>): Promise<string> {
  const { events } = await run(["submit", "--batch", "-", "--wait", "--json"], {
    cwd: there.dir,
    stdin: JSON.stringify({ prompt: "hello", ...task }),
  });
  return String(events.find(({ type }) => type === "line-submitted")?.["taskId"]);
}

async function detail(taskId: string) {
  const { events } = await cli("tasks", "show", taskId, "--json");
  return events.find(({ type }) => type === "task-detail");
}

describe("tasks retry", () => {
  test("runs a dead-lettered task again from its record, changed, with all its attempts", async () => {
    const taskId = await submitted({});
    const first = await retry(taskId, "--wait");
    expect(first.exitCode, first.stdout).toBe(3);
    expect(await detail(taskId)).toMatchObject({ record: { generation: 2, attempt: 3, status: "deadlettered" } });
    const { exitCode, events } = await retry(taskId, "--set", "input.fixed=true", "--watch");
    expect(exitCode).toBe(0);
    expect(events.find(({ type }) => type === "plan")).toMatchObject({
      status: "deadlettered",
      changes: ["input.fixed = true"],
    });
    expect(events.find(({ type }) => type === "replayed")).toMatchObject({ kind: "retry", generation: 3 });
    // What came before the retry is not told again.
    expect(events.filter(({ type }) => type === "accepted" || type === "deadlettered")).toEqual([]);
    expect(events.at(-1)).toMatchObject({
      operation: "tasks-retry",
      status: "completed",
      result: { where: "there", isReplay: true, generation: 3 },
      letter: expect.stringContaining("stays in the dead-letter queue"),
    });
    expect((await cli("dlq", "redrive", "--yes", "--json")).exitCode).toBe(0);
    expect(await detail(taskId)).toMatchObject({ record: { generation: 3, status: "completed" } });
  });

  test("asks before a task that completed runs again", async () => {
    const taskId = await submitted({ input: { fixed: true } });
    const refused = await retry(taskId);
    expect(refused.exitCode).toBe(2);
    expect(refused.events.at(-1)).toMatchObject({
      code: "CONFIRMATION_NEEDED",
      message: expect.stringMatching(/^Run .* of stage local of my-app.* again, although it completed/),
    });
    const { terminal, exit } = startOnTerminal(["tasks", "retry", taskId, "--wait"], { cwd: there.dir });
    await terminal.waitFor("again, although it completed");
    terminal.type("y");
    expect(await exit).toBe(0);
    await terminal.waitFor("• retried");
    await terminal.waitFor('"generation": 2');
  });

  test("without a wait prints the task's id", async () => {
    const taskId = await submitted({});
    const { stdout, stderr, exitCode } = await cli("tasks", "retry", taskId);
    expect(exitCode).toBe(0);
    expect(stdout).toBe(`${taskId}\n`);
    expect(stderr).toContain(`retry of ${taskId}, which is deadlettered`);
  });

  test("one that has not ended, is not there, or would be no task is refused", async () => {
    const { events } = await cli("submit", "wait", "--json");
    const active = String(events.at(-1)?.["taskId"]);
    expect((await retry(active)).events.at(-1)).toMatchObject({ code: "TASK_ACTIVE" });
    await cli("tasks", "cancel", active);
    expect((await retry("nobody-knows-it")).events.at(-1)).toMatchObject({ code: "TASK_NOT_FOUND" });
    expect((await retry(await submitted({}), "--set", "prompt=5")).events.at(-1)).toMatchObject({
      code: "CHANGE_INVALID",
      message: expect.stringContaining("prompt: Invalid input"),
    });
  });
});

describe("tasks run", () => {
  test("takes a dead letter with its document, and runs a copy with the code that lies here", async () => {
    const s3 = new S3Client({ ...clientSettings(endpoint), forcePathStyle: true });
    const bucket = String(dev.events()[0]?.["bucket"]);
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: "documents/a.txt", Body: "brought along" }));
    s3.destroy();
    const documentReference = `s3://${bucket}/documents/a.txt`;
    const taskId = await submitted({ documentReference, callbackUrl: "http://127.0.0.1:9/nobody" });
    const { exitCode, events, stderr } = await run(["tasks", "run", taskId, ...fromThere(), "--json"], {
      cwd: here.dir,
    });
    expect(exitCode, stderr).toBe(0);
    expect(events.find(({ type }) => type === "fetched")).toMatchObject({
      taskId,
      by: "record",
      from: { endpoint },
      document: { bytes: 13 },
      leftOut: [expect.stringContaining("callbackUrl")],
    });
    expect(events.find(({ type }) => type === "stack")).toMatchObject({ state: "starting" });
    expect(events.at(-1)).toMatchObject({
      operation: "tasks-run",
      copyOf: taskId,
      taskId: expect.stringMatching(new RegExp(`^${taskId}-run-[0-9a-f]{6}$`)),
      result: { where: "here", isReplay: false, document: "brought along" },
    });
    expect(await detail(taskId)).toMatchObject({ record: { generation: 1, status: "deadlettered" } });
  });

  test("by its message, where no record knows it", async () => {
    const sqs = new SQSClient(clientSettings(endpoint));
    const QueueUrl = String(dev.events()[0]?.["deadLetterQueue"]);
    const task = { taskId: "never-recorded", userId: "me", prompt: "hello" };
    const send = (body: unknown) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(body) }));
    const { MessageId = "" } = await send(task);
    const bad = await send({ prompt: 5 });
    sqs.destroy();
    const argv = (id: string) => ["tasks", "run", id, ...fromThere(), "--json"];
    const { exitCode, events } = await run(argv(MessageId), { cwd: here.dir });
    expect(exitCode).toBe(0);
    expect(events.find(({ type }) => type === "fetched")).toMatchObject({ taskId: "never-recorded", by: "message" });
    const refused = await run(argv(bad.MessageId ?? ""), { cwd: here.dir });
    expect(refused.events.at(-1)).toMatchObject({ code: "NOT_A_TASK", message: expect.stringContaining("taskId") });
    expect((await run(argv("nobody-knows-it"), { cwd: here.dir })).events.at(-1)).toMatchObject({
      code: "TASK_NOT_FOUND",
    });
  });

  test("of the local stage itself, on the dev that runs", async () => {
    const taskId = await submitted({});
    const { exitCode, events } = await cli("tasks", "run", taskId, "--json");
    expect(exitCode).toBe(3);
    expect(events.at(-1)).toMatchObject({ copyOf: taskId, status: "deadlettered", attempt: 3 });
  });

  test("--inspect waits for a debugger, which stops in the task", async () => {
    const taskId = await submitted({});
    const port = await freePort();
    const argv = ["tasks", "run", taskId, ...fromThere(), "--inspect", String(port), "--json"];
    const going = start(argv, { cwd: here.dir });
    await going.waitFor('"state":"waiting"');
    expect(going.events().some(({ type }) => type === "submitted")).toBe(false);
    const debug = await attach(port);
    await debug.call("Debugger.enable");
    const paused = debug.paused();
    await paused;
    expect(going.events().some(({ type }) => type === "completed")).toBe(false);
    await debug.call("Debugger.resume");
    expect(await going.exit).toBe(0);
    debug.close();
    expect(going.events().at(-1)).toMatchObject({ status: "completed", result: { where: "here" } });
  });

  test("--inspect is left by Ctrl-C, and refused beside a dev", async () => {
    const taskId = await submitted({});
    const argv = ["tasks", "run", taskId, ...fromThere(), "--inspect", String(await freePort()), "--json"];
    const going = start(argv, { cwd: here.dir });
    await going.waitFor('"state":"waiting"');
    going.interrupt();
    expect(await going.exit).toBe(130);
    const refused = await cli("tasks", "run", taskId, "--inspect", "--json");
    expect(refused.exitCode).toBe(1);
    expect(refused.events.at(-1)).toMatchObject({ code: "DEV_RUNNING", where: "--inspect" });
  });
});
