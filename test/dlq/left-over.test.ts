import { randomUUID } from "node:crypto";
import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startOnTerminal } from "../cli/on-terminal.ts";
import { endProject, type Folder, PROJECT, run, type RunningCommand, startProject } from "../cli/harness.ts";
import { clientSettings } from "../helpers/client-settings.ts";

/* Dead letters that no record tells of. */

let folder: Folder;
let dev: RunningCommand;
let sqs: SQSClient;
const cli = (...argv: string[]) => run(argv, { cwd: folder.dir });
const of = (events: Record<string, unknown>[], type: string) => events.filter((event) => event["type"] === type);
const depth = async () => {
  const [shown] = of((await cli("dlq", "list", "--json")).events, "dead-letter-queue");
  return Object(shown?.["depth"]).visible;
};

beforeEach(async () => {
  const project = await startProject(PROJECT, ["--json"]);
  ({ folder, dev } = project);
  sqs = new SQSClient(clientSettings(project.endpoint));
});
afterEach(async () => {
  sqs.destroy();
  await endProject({ folder, dev });
});

/** Puts a letter where nobody knows of it. */
async function leave(task: object): Promise<void> {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: "my-app-local-tasks-dlq" }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(task) }));
}

test("a smoke test that fails takes its own letter along, and leaves the others", async () => {
  expect((await cli("submit", "fail", "--wait")).exitCode).toBe(3);
  await expect.poll(depth, { timeout: 10_000 }).toBe(1);
  const { exitCode, events } = await cli("smoke", "--prompt", "fail", "--json");
  expect(exitCode).toBe(1);
  const cleaned = of(events, "hop").find(({ hop, state }) => hop === "cleaned" && state === "passed");
  expect(cleaned).toMatchObject({ detail: "record, events and result removed; its dead letter too" });
  expect(await depth()).toBe(1);
});

test("what a smoke test left is explained, dropped by a redrive, and counted as what it is", async () => {
  const canary = { taskId: `smoke-${randomUUID()}`, userId: "u", prompt: "pong", metadata: { canary: true } };
  await leave(canary);
  const planned = await cli("dlq", "redrive", "--dry-run", "--json");
  expect(of(planned.events, "plan")).toMatchObject([
    { count: 1, causes: [{ cause: { name: "no record" }, count: 1, go: 1 }] },
  ]);
  const inspected = await cli("dlq", "inspect", "--letters", "--json");
  expect(of(inspected.events, "letter")).toMatchObject([{ taskId: canary.taskId, cause: { name: "no record" } }]);
  const { terminal, exit } = startOnTerminal(["dlq"], { cwd: folder.dir }, 80, 24);
  await terminal.waitFor("1 no record");
  await terminal.waitFor("why: no record");
  terminal.type("q");
  expect(await exit).toBe(0);
  const redriven = await cli("dlq", "redrive", "--yes", "--wait", "--json");
  expect(redriven.events.at(-1)).toMatchObject({ moved: 1, completed: 0, failed: 0, unfollowed: 1, exitCode: 0 });
  await dev.waitFor("The message is not run: left-over.");
  expect((await cli("tasks", "list", "--json")).events.at(-1)).toMatchObject({ count: 0 });
});

test("a task that nobody has a record of runs, and is followed to its end", async () => {
  await leave({ taskId: "without-a-record", userId: "u", prompt: "hello" });
  const text = await cli("dlq", "redrive", "--yes", "--wait");
  expect(text.stdout).toMatch(/^1 moved in .*, 1 completed, 0 failed\n$/);
  expect((await cli("tasks", "show", "without-a-record", "--json")).stdout).toContain('"echo: hello"');
});

test("a letter that a retried task left behind is dropped, not followed", async () => {
  const { exitCode } = await cli("submit", "fail", "--task-id", "retried-since", "--wait");
  expect(exitCode).toBe(3);
  await expect.poll(depth, { timeout: 10_000 }).toBe(1);
  expect((await cli("tasks", "retry", "retried-since", "--set", "prompt=hi", "--yes", "--wait")).exitCode).toBe(0);
  const inspected = await cli("dlq", "inspect", "--letters", "--json");
  expect(of(inspected.events, "letter")).toMatchObject([{ taskId: "retried-since", cause: { name: "left behind" } }]);
  const redriven = await cli("dlq", "redrive", "--yes", "--wait", "--json");
  expect(redriven.events.at(-1)).toMatchObject({ moved: 1, completed: 0, failed: 0, unfollowed: 1 });
  expect((await cli("tasks", "show", "retried-since")).stdout).toMatch(/^status +completed$/m);
});
