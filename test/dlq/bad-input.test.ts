import { describe, expect, test } from "vitest";
import { run } from "../cli/harness.ts";
import { denying } from "../helpers/denying.ts";
import { createPair, depth, fail } from "./queues.ts";
import { queuePairs } from "./queue-pairs.ts";

const at = queuePairs("bad");

const env = () => ({ HOME: at.folder.dir, AWS_ENDPOINT_URL_SQS: at.stack.endpoint });
const cli = (...argv: string[]) => run(["dlq", ...argv, "--queue", at.dlq.name], { cwd: at.folder.dir, env: env() });

describe("a permission is missing: the action is named, and nothing is lost", () => {
  const name = () => ["--queue-name", at.dlq.name];
  test.each<[string, string, () => string[]]>([
    ["StartMessageMoveTask", "sqs:StartMessageMoveTask", () => ["redrive", "--yes"]],
    ["SendMessageBatch", "sqs:SendMessage", () => ["redrive", "--yes", "--limit", "2"]],
    ["ReceiveMessage", "sqs:ReceiveMessage", () => ["redrive", "--yes", "--limit", "2"]],
    ["SendMessageBatch", "sqs:SendMessage", () => ["replay", "--yes", "--set", "v=2"]],
    ["PurgeQueue", "sqs:PurgeQueue", () => ["purge", "--no-backup", "--yes", ...name()]],
    ["DeleteMessageBatch", "sqs:DeleteMessage", () => ["purge", "--yes", ...name()]],
    ["ListQueues", "sqs:ListQueues", () => ["list", "--all"]],
  ])("%s", async (call, action, argv) => {
    await fail(at.stack.client, at.source.url, at.dlq.url, [{ body: '{"v":1}' }, { body: '{"v":1,"w":2}' }]);
    await using gate = await denying(at.stack.endpoint, call);
    const words = argv();
    const where = words[0] === "list" ? [] : ["--queue", at.dlq.name];
    const { exitCode, stderr } = await run(["dlq", ...words, ...where, "--endpoint-url", gate.url], {
      cwd: at.folder.dir,
      env: env(),
    });
    expect(exitCode, stderr).toBe(5);
    expect(stderr).toContain(`You may not call ${action}.`);
    expect(stderr).toContain(`Ask for the permission ${action}`);
    // What was leased is given back, or comes back: all are still there.
    const { events } = await cli("list", "--json");
    expect(events.find(({ type }) => type === "dead-letter-queue")).toMatchObject({
      depth: { visible: expect.any(Number), inFlight: expect.any(Number) },
    });
    const { depth: lengths } = { depth: Object(events[1]).depth };
    expect(lengths.visible + lengths.inFlight).toBe(2);
    expect(await depth(at.stack.client, at.source.url)).toBe(0);
  });

  test("DeleteMessageBatch after the letters were sent: the journal knows, and --resume sends none again", async () => {
    await fail(at.stack.client, at.source.url, at.dlq.url, [{ body: "a" }, { body: "b" }]);
    await using gate = await denying(at.stack.endpoint, "DeleteMessageBatch");
    const argv = ["dlq", "redrive", "--yes", "--limit", "2", "--queue", at.dlq.name];
    const denied = await run([...argv, "--endpoint-url", gate.url], { cwd: at.folder.dir, env: env() });
    expect(denied.exitCode).toBe(5);
    expect(denied.stderr).toContain("You may not call sqs:DeleteMessage.");
    expect(await depth(at.stack.client, at.source.url)).toBe(2);
    // The queue is the same, but for what it is called by at another endpoint.
    const again = await run([...argv, "--endpoint-url", gate.url], { cwd: at.folder.dir, env: env() });
    expect(again.stderr).toContain("did not end");
    expect(again.stderr).toContain("--resume");
    expect(await depth(at.stack.client, at.source.url)).toBe(2);
  });
});

describe("an empty queue", () => {
  test.each<[string[], RegExp]>([
    [["list"], /dlq +0 +0/],
    [["inspect"], /no dead letters/],
    [["redrive", "--yes"], /0 moved/],
    [["redrive", "--yes", "--error", "x"], /0 moved/],
    [["redrive", "--dry-run"], /nothing was moved/],
    [["replay", "--set", "v=2", "--yes"], /no dead letters/],
    [["purge", "--yes", "--queue-name", "DLQ"], /0 removed/],
    [["purge", "--yes", "--queue-name", "DLQ", "--no-backup"], /0 removed/],
  ])("%s", async (argv, text) => {
    const { exitCode, stdout, stderr } = await cli(...argv.map((word) => (word === "DLQ" ? at.dlq.name : word)));
    expect(exitCode, stderr).toBe(0);
    expect(stdout + stderr).toMatch(text);
  });

  test("has no letter to show, or to replay by its id", async () => {
    for (const argv of [
      ["show", "some-id-of-it"],
      ["replay", "some-id-of-it", "--set", "v=2", "--yes"],
    ]) {
      const { exitCode, events } = await cli(...argv, "--json");
      expect(exitCode).toBe(1);
      expect(events.at(-1)).toMatchObject({ code: "LETTER_NOT_FOUND" });
    }
  });
});

test("a FIFO queue is purged once in 60 seconds", async () => {
  const pair = await createPair(at.stack.client, `ordered${at.next()}`, true);
  const argv = ["dlq", "purge", "--no-backup", "--yes", "--queue", pair.dlq.name, "--queue-name", pair.dlq.name];
  await fail(at.stack.client, pair.source.url, pair.dlq.url, [{ body: "a", group: "g" }]);
  expect((await run(argv, { cwd: at.folder.dir, env: env() })).exitCode).toBe(0);
  const { exitCode, stderr } = await run(argv, { cwd: at.folder.dir, env: env() });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("purged less than 60 seconds ago");
  expect(stderr).toContain("Wait a minute");
});
