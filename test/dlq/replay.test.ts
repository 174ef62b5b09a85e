import { chmod, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { GetParameterCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { endProject, type Folder, PROJECT, run, type RunningCommand, start, startProject } from "../cli/harness.ts";
import { startOnTerminal } from "../cli/on-terminal.ts";
import { clientSettings } from "../helpers/client-settings.ts";
import { createPair, createQueue, depth, fail, readAll } from "./queues.ts";

/* A stage whose worker wants `input.fixed`, and says whether it knows that it runs a replay. */

const WORKER = `import { defineWorker } from "ai-pipeline/runtime";

export const handler = defineWorker({
  async run(task, ctx) {
    if (task.input?.fixed !== true) throw Object.assign(new TypeError("not fixed"), { permanent: task.prompt === "impossible" });
    const document = task.documentReference ? new TextDecoder().decode(await (await ctx.document()).bytes()) : "no document";
    return { prompt: task.prompt, isReplay: ctx.isReplay, generation: ctx.generation, document };
  },
});
`;

let folder: Folder;
let dev: RunningCommand;
let endpoint: string;
let deadLetterQueue: string;
const env: Record<string, string> = {};
const cli = (...argv: string[]) => run(argv, { cwd: folder.dir, env });
const replay = (...flags: string[]) => cli("dlq", "replay", "--json", ...flags);

beforeAll(async () => {
  ({ folder, dev, endpoint } = await startProject({ ...PROJECT, "src/worker.ts": WORKER }, ["--json"]));
  deadLetterQueue = String(dev.events()[0]?.["deadLetterQueue"]);
});
afterAll(() => endProject({ folder, dev }));
beforeEach(async () => {
  for (const name of ["EDITOR", "VISUAL"]) delete env[name];
  if ((await letters()) > 0) await cli("dlq", "purge", "--yes", "--queue-name", "my-app-local-tasks-dlq");
});

async function letters(): Promise<number> {
  const { events } = await cli("dlq", "inspect", "--scan", "--json");
  return Number(events.at(-1)?.["about"]);
}

/** @returns the ids of tasks that are dead letters. */
async function failed(...prompts: string[]): Promise<string[]> {
  const before = await letters();
  const stdin = prompts.map((prompt) => JSON.stringify({ prompt, input: { fixed: false, n: 1 } })).join("\n");
  const { events } = await run(["submit", "--batch", "-", "--wait", "--json"], { cwd: folder.dir, stdin });
  await expect.poll(letters, { timeout: 20_000 }).toBe(before + prompts.length);
  const submitted = events.filter(({ type }) => type === "line-submitted");
  return submitted.toSorted((a, b) => Number(a["line"]) - Number(b["line"])).map(({ taskId }) => String(taskId));
}

async function task(taskId: string) {
  const { events, stdout } = await cli("tasks", "show", taskId, "--json");
  const detail = events.find(({ type }) => type === "task-detail");
  return { detail, stdout, result: detail?.["result"] };
}

/** An editor that a program is: it changes the file as `sed` says. */
async function editor(script: string): Promise<void> {
  const path = join(folder.dir, "editor.sh");
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  env["EDITOR"] = path;
}

const edits = async () => readdir(join(folder.dir, ".ai-pipeline/edits")).catch(() => []);

describe("--set and --patch", () => {
  test("change the body of all that are meant; the timeline says replayed, and the worker knows", async () => {
    const [one = "", two = "", three = ""] = await failed("one", "two", "three");
    const { exitCode, events, stderr } = await replay(one, two, "--set", "input.fixed=true", "--yes", "--wait");
    expect(exitCode, stderr).toBe(0);
    expect(events.find(({ type }) => type === "plan")).toMatchObject({
      count: 2,
      keep: false,
      changes: ["input.fixed = true"],
      to: "my-app-local-tasks",
    });
    expect(events.at(-1)).toMatchObject({ replayed: 2, completed: 2, failed: 0, refused: 0 });
    const { detail, result } = await task(one);
    expect(result).toEqual({ prompt: "one", isReplay: true, generation: 2, document: "no document" });
    expect(detail).toMatchObject({
      record: { task: { input: { fixed: true, n: 1 } } },
      events: expect.arrayContaining([expect.objectContaining({ type: "replayed", kind: "replay", generation: 2 })]),
    });
    const watched = start(["watch", two], { cwd: folder.dir });
    expect(await watched.exit).toBe(0);
    expect(watched.stderr()).toContain("replayed after");
    expect((await task(three)).result).toBeUndefined();
    expect(await letters()).toBe(1);
  });

  test("by cause, also letters that no attempt could mend: a change may", async () => {
    const [one = ""] = await failed("impossible", "other");
    const flags = ["--where", "cause.permanent", "--patch", '{"input":{"fixed":true,"n":null},"metadata":{"by":"me"}}'];
    const { exitCode, events } = await replay(...flags, "--yes", "--wait");
    expect(exitCode).toBe(0);
    expect(events.at(-1)).toMatchObject({ replayed: 1, completed: 1 });
    expect((await task(one)).detail).toMatchObject({
      record: { task: { input: { fixed: true }, metadata: { by: "me" } } },
    });
  });

  test("--dry-run shows what the first would become, and sends nothing", async () => {
    const [one = ""] = await failed("one");
    const { stdout, stderr, exitCode } = await cli("dlq", "replay", one, "--set", "input.fixed=true", "--dry-run");
    expect(exitCode).toBe(0);
    expect(stdout).toContain('-     "fixed": false');
    expect(stdout).toContain('+     "fixed": true');
    expect(stderr).toContain("nothing was sent");
    expect(await letters()).toBe(1);
  });

  test("what would be no task any more stays, and is named before anything is sent", async () => {
    const [one = ""] = await failed("one");
    for (const [flags, text] of [
      [["--set", "prompt=5"], "prompt: Invalid input"],
      [["--patch", '{"userId":null}'], "userId"],
      [["--set", "taskId=another-task"], `taskId: it must stay ${one}`],
      [["--set", "input.n.deeper=1"], "deeper is of an object, and there is none"],
      [["--body", "{"], "the body is not JSON"],
    ] as const) {
      const { exitCode, events } = await replay(one, ...flags, "--yes");
      expect(exitCode).toBe(1);
      expect(events.at(-1)).toMatchObject({ code: "CHANGE_INVALID", message: expect.stringContaining(text) });
    }
    expect(await letters()).toBe(1);
    expect((await task(one)).detail).toMatchObject({ record: { status: "deadlettered" } });
  });

  test("--keep leaves the original, which a redrive drops once the task is done", async () => {
    const [one = ""] = await failed("one");
    const { events } = await replay(one, "--set", "input.fixed=true", "--keep", "--yes", "--wait");
    expect(events.at(-1)).toMatchObject({ replayed: 1, kept: true, completed: 1 });
    expect(await letters()).toBe(1);
    await cli("dlq", "redrive", "--yes");
    await expect.poll(letters).toBe(0);
    expect((await task(one)).detail).toMatchObject({ record: { status: "completed", generation: 2 } });
  });
});

describe("--edit", () => {
  test("opens the body in $EDITOR, readable and readable to nobody else", async () => {
    const [one = ""] = await failed("one");
    await editor(`stat -c %a "$1" > mode.txt; cp "$1" seen.json; sed -i 's/"fixed": false/"fixed": true/' "$1"`);
    const { exitCode, events, stderr } = await replay(one, "--edit", "--yes", "--wait");
    expect(exitCode, stderr).toBe(0);
    expect(events.at(-1)).toMatchObject({ replayed: 1, completed: 1 });
    expect((await readFile(join(folder.dir, "mode.txt"), "utf8")).trim()).toBe("600");
    expect(await readFile(join(folder.dir, "seen.json"), "utf8")).toContain('\n  "prompt": "one",\n');
    expect((await task(one)).result).toMatchObject({ isReplay: true });
    expect(await edits()).toEqual([]);
  });

  test("one that fails the check is kept in a file that is named, and can be mended", async () => {
    const [one = ""] = await failed("one");
    await editor(`sed -i -e 's/"fixed": false/"fixed": true/' -e '/"prompt"/d' "$1"`);
    const { exitCode, stderr } = await cli("dlq", "replay", one, "--edit", "--yes");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("prompt: Invalid input");
    expect(stderr).toContain("Your edit is kept. Mend it, then: ai-pipeline dlq replay");
    const [name = ""] = await edits();
    const path = join(folder.dir, ".ai-pipeline/edits", name);
    expect(stderr).toContain(join("<dir>", ".ai-pipeline/edits", name));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await letters()).toBe(1);
    await writeFile(path, (await readFile(path, "utf8")).replace("{", '{ "prompt": "mended",'));
    expect((await replay(one, "--body", `@${path}`, "--yes", "--wait")).events.at(-1)).toMatchObject({ completed: 1 });
    expect((await task(one)).result).toMatchObject({ prompt: "mended" });
  });

  test.each([
    ["exit 0", "The body was left as it was. Nothing was sent.", "NOTHING_CHANGED"],
    ["exit 3", "The editor ended with 3. Nothing was sent.", "EDITOR_FAILED"],
  ])("%s: %s", async (script, message, code) => {
    const [one = ""] = await failed("one");
    await editor(script);
    const before = await edits();
    expect((await replay(one, "--edit", "--yes")).events.at(-1)).toMatchObject({ code, message });
    expect(await edits()).toEqual(before);
    expect(await letters()).toBe(1);
  });

  test("somebody deletes the message meanwhile: nothing is sent, and the edit is kept", async () => {
    const [one = ""] = await failed("one");
    const sqs = new SQSClient(clientSettings(endpoint));
    await editor(
      `sed -i 's/"fixed": false/"fixed": true/' "$1"; touch edited; while [ -e edited ]; do sleep 0.05; done`,
    );
    const going = start(["dlq", "replay", one, "--edit", "--yes", "--json"], { cwd: folder.dir, env });
    await expect.poll(async () => readdir(folder.dir), { timeout: 10_000 }).toContain("edited");
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: deadLetterQueue }));
    const ReceiptHandle = Messages[0]?.ReceiptHandle;
    await sqs.send(new DeleteMessageCommand({ QueueUrl: deadLetterQueue, ReceiptHandle }));
    sqs.destroy();
    await rm(join(folder.dir, "edited"));
    expect(await going.exit).toBe(1);
    expect(going.events().at(-1)).toMatchObject({
      code: "LETTER_GONE",
      where: expect.stringContaining(".ai-pipeline/edits/"),
      hint: expect.arrayContaining([expect.stringContaining("Your edit is kept")]),
    });
    expect((await task(one)).detail).toMatchObject({ record: { status: "deadlettered" } });
  });

  test("on a terminal it asks after the edit", async () => {
    const [one = ""] = await failed("one");
    await editor(`sed -i 's/"fixed": false/"fixed": true/' "$1"`);
    const argv = ["dlq", "replay", one, "--edit", "--wait"];
    const { terminal, exit } = startOnTerminal(argv, { cwd: folder.dir, env });
    await terminal.waitFor(/Replay 1 dead letter of stage local/);
    await terminal.waitFor("the body as it was edited");
    terminal.type("y");
    expect(await exit).toBe(0);
    await terminal.waitFor("1 replayed");
    await terminal.waitFor("1 completed, 0 failed");
  });

  test("needs an editor, and one letter", async () => {
    await failed("one", "two");
    const missing = await replay("--edit", "--yes");
    expect(missing.exitCode).toBe(2);
    expect(missing.events.at(-1)).toMatchObject({ code: "EDITOR_MISSING" });
    await editor("exit 0");
    const several = await replay("--edit", "--yes");
    expect(several.exitCode).toBe(2);
    expect(several.events.at(-1)).toMatchObject({ code: "LETTERS_SEVERAL" });
  });
});

describe("what cannot be", () => {
  test.each([
    [[], "NOTHING_CHANGED", 2],
    [["--set", "nothing"], "SET_INVALID", 2],
    [["--patch", "{"], "JSON_INVALID", 2],
    [["nobody-knows-it", "--set", "a=1"], "LETTER_NOT_FOUND", 1],
    [["--to", "local", "--set", "a=1"], "SAME_STAGE", 2],
    [["--to", "prod", "--set", "a=1", "--endpoint-url", "HERE"], "NOT_DEPLOYED", 1],
  ])("%s", async (flags, code, exit) => {
    const there = flags.map((flag) => (flag === "HERE" ? endpoint : flag));
    const { exitCode, events } = await replay(...there, "--yes");
    expect(events.at(-1)).toMatchObject({ code: expect.stringContaining(code) });
    expect(exitCode).toBe(exit);
  });

  test("without a terminal it needs --yes", async () => {
    await failed("one");
    const { exitCode, stderr } = await cli("dlq", "replay", "--set", "input.fixed=true");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("Replay 1 dead letter of stage local of my-app");
    expect(stderr).toContain("input.fixed = true");
  });
});

test("--to another stage brings the document along, and no callback", async () => {
  const s3 = new S3Client({ ...clientSettings(endpoint), forcePathStyle: true });
  const sqs = new SQSClient(clientSettings(endpoint));
  const ssm = new SSMClient(clientSettings(endpoint));
  const [ready] = dev.events();
  const bucket = String(ready?.["bucket"]);
  await s3.send(new CreateBucketCommand({ Bucket: "prod-documents" }));
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: "documents/a.txt", Body: "of the local stage" }));
  const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: "my-app-prod-tasks" }));
  // Another stage on the same endpoint: what describes it is all that a command needs.
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: "/ai-pipeline/my-app/local/outputs" }));
  const outputs = {
    ...JSON.parse(Parameter?.Value ?? "{}"),
    stage: "prod",
    queueUrl: QueueUrl,
    bucket: "prod-documents",
  };
  const Name = "/ai-pipeline/my-app/prod/outputs";
  await ssm.send(new PutParameterCommand({ Name, Value: JSON.stringify(outputs), Type: "String" }));

  const documentReference = `s3://${bucket}/documents/a.txt`;
  const request = { prompt: "one", documentReference, callbackUrl: "http://127.0.0.1:9/nobody" };
  const submitted = await run(["submit", "--batch", "-", "--wait", "--json"], {
    cwd: folder.dir,
    stdin: JSON.stringify(request),
  });
  const taskId = String(submitted.events.find(({ type }) => type === "line-submitted")?.["taskId"]);
  await expect.poll(letters, { timeout: 20_000 }).toBe(1);
  const flags = ["--to", "prod", "--while-paused", "--endpoint-url", endpoint];
  const { exitCode, events, stdout } = await replay(taskId, ...flags, "--yes");
  expect(exitCode, stdout).toBe(0);
  expect(events.filter(({ type }) => type === "stage").map(({ ref }) => ref)).toMatchObject([
    { stage: "local" },
    { stage: "prod" },
  ]);
  expect(events.find(({ type }) => type === "plan")).toMatchObject({
    to: "my-app-prod-tasks",
    toStage: { stage: "prod" },
    changes: [expect.stringContaining("without its callbackUrl")],
  });
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  const brought: unknown = JSON.parse(Messages[0]?.Body ?? "{}");
  expect(brought).toEqual({
    taskId,
    userId: "service",
    prompt: "one",
    documentReference: expect.stringMatching(/^s3:\/\/prod-documents\/.*\/a\.txt$/),
  });
  const Key = String(Object(brought).documentReference).replace("s3://prod-documents/", "");
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: "prod-documents", Key }));
  expect(await Body?.transformToString()).toBe("of the local stage");
  expect(await letters()).toBe(0);
  for (const one of [s3, sqs, ssm]) one.destroy();
});

describe("on a queue that never saw this tool", () => {
  const foreign = (...flags: string[]) =>
    run(["dlq", "replay", "--yes", "--json", ...flags], {
      cwd: folder.dir,
      env: { HOME: folder.dir, AWS_ENDPOINT_URL_SQS: endpoint },
    });

  test("any JSON is changed, attributes are kept, and what is no JSON stays", async () => {
    const sqs = new SQSClient(clientSettings(endpoint));
    const { dlq, source } = await createPair(sqs, "orders");
    const binary = { DataType: "Binary", BinaryValue: new Uint8Array([1, 2, 3]) };
    await fail(sqs, source.url, dlq.url, [{ body: '{"v":1}', attributes: { b: binary } }, { body: "no JSON" }]);
    const { exitCode, events } = await foreign("--queue", dlq.name, "--set", "v=2");
    expect(exitCode).toBe(3);
    expect(events.find(({ type }) => type === "plan")).toMatchObject({ count: 1, invalid: { count: 1 } });
    expect(events.at(-1)).toMatchObject({ replayed: 1, refused: 1 });
    const [sent] = await readAll(sqs, source.url);
    expect(sent).toMatchObject({ Body: '{"v":2}', MessageAttributes: { b: binary } });
    expect((await readAll(sqs, dlq.url)).map(({ Body }) => Body)).toEqual(["no JSON"]);
    sqs.destroy();
  });

  test("a copy goes elsewhere, and nobody can tell how it ends", async () => {
    const sqs = new SQSClient(clientSettings(endpoint));
    const { dlq, source } = await createPair(sqs, "copies");
    await fail(sqs, source.url, dlq.url, [{ body: "text" }]);
    const other = await createQueue(sqs, "copies-elsewhere");
    expect((await foreign("--queue", dlq.name, "--wait", "--keep")).events.at(-1)).toMatchObject({
      code: "CANNOT_FOLLOW",
    });
    expect((await foreign("--queue", dlq.name, "--keep", "--to", other.name)).exitCode).toBe(0);
    expect(await depth(sqs, other.url)).toBe(1);
    expect(await depth(sqs, dlq.url)).toBe(1);
    sqs.destroy();
  });
});
