import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Folder, makeFolder, run } from "../cli/harness.ts";
import { startOnTerminal } from "../cli/on-terminal.ts";
import { FROM_SOURCE } from "../helpers/pty.ts";
import { type SqsStack, startSqs } from "../helpers/sqs.ts";
import { createPair, type createQueue, depth, fail, type Letter, readAll, sendAll } from "./queues.ts";

let stack: SqsStack;
let folder: Folder;
let next = 0;
let dlq: Awaited<ReturnType<typeof createQueue>>;
let source: Awaited<ReturnType<typeof createQueue>>;

beforeAll(async () => {
  stack = await startSqs();
});
afterAll(() => stack.close());
beforeEach(async () => {
  folder = await makeFolder();
  ({ dlq, source } = await createPair(stack.client, `mail${next++}`));
  return () => folder[Symbol.asyncDispose]();
});

const env = () => ({ HOME: folder.dir, AWS_ENDPOINT_URL_SQS: stack.endpoint });
const cli = (...argv: string[]) => run(argv, { cwd: folder.dir, env: env() });
const failed = (letters: Letter[]) => fail(stack.client, source.url, dlq.url, letters);

const rich: Letter[] = Array.from({ length: 25 }, (_, index) => ({
  body: JSON.stringify({ index, text: "a\nb \u{1f4a5}" }),
  attributes: {
    tenant: { DataType: "String.id", StringValue: "acme" },
    size: { DataType: "Number.int", StringValue: "007" },
    blob: { DataType: "Binary.png", BinaryValue: new Uint8Array([0, 255, 10, 13]) },
  },
}));

type Read = Awaited<ReturnType<typeof readAll>>;
const plain = (messages: Read) =>
  messages
    .map(({ Body, MessageAttributes }) =>
      JSON.stringify([
        Body,
        Object.entries(MessageAttributes ?? {})
          .map(([name, { DataType, StringValue, BinaryValue }]) => [
            name,
            DataType,
            StringValue,
            BinaryValue && [...BinaryValue],
          ])
          .toSorted(),
      ]),
    )
    .toSorted();

test("purge writes everything down before it deletes; import puts all of it back as it was", async () => {
  await failed(rich);
  const purged = await cli("dlq", "purge", "--queue", source.name, "--yes", "--queue-name", dlq.name, "--json");
  expect(purged.exitCode).toBe(0);
  expect(purged.events.at(-1)).toMatchObject({ removed: 25, left: 0, name: dlq.name });
  const backup = String(purged.events.at(-1)?.["backup"]);
  expect(backup).toContain(join(folder.dir, ".local/state/ai-pipeline/backups"));
  expect((await stat(backup)).mode & 0o777).toBe(0o600);
  expect(await depth(stack.client, dlq.url)).toBe(0);
  const back = await cli("dlq", "import", backup, "--queue", source.name, "--yes", "--json");
  expect(back.exitCode).toBe(0);
  expect(back.events.at(-1)).toMatchObject({ sent: 25, refused: 0, repeated: 0, perhapsTwice: 0, queue: dlq.url });
  const letters = await readAll(stack.client, dlq.url);
  await sendAll(stack.client, source.url, rich);
  expect(plain(letters)).toEqual(plain(await readAll(stack.client, source.url)));
  expect(await readdir(join(folder.dir, ".local/state/ai-pipeline/moves"))).toEqual([]);
});

test("of a FIFO queue all are purged, and come back in the order of their groups", async () => {
  ({ dlq, source } = await createPair(stack.client, `mail${next++}`, true));
  const letters = Array.from({ length: 40 }, (_, index) => ({ body: `m${index}`, group: `g${index % 2}` }));
  await sendAll(stack.client, dlq.url, letters);
  const argv = ["--yes", "--queue-name", dlq.name, "--backup", "fifo.ndjson", "--json"];
  const purged = await cli("dlq", "purge", "--queue", dlq.name, ...argv);
  expect(purged.events.at(-1)).toMatchObject({ removed: 40, left: 0 });
  const back = await cli("dlq", "import", "fifo.ndjson", "--queue", dlq.name, "--yes", "--json");
  expect(back.events.at(-1)).toMatchObject({ sent: 40 });
  expect(await depth(stack.client, dlq.url)).toBe(40);
});

describe("an import", () => {
  const line = (index: number, more: object = {}) =>
    `${JSON.stringify({ v: 1, messageId: `m-${index}`, sentAt: "2026-11-24T10:00:00.000Z", body: `b${index}`, attributes: {}, ...more })}\n`;

  test("of a file that is not whole sends nothing, and names the lines", async () => {
    await folder.write({ "bad.ndjson": `${line(1)}{"v":1,"messageId":"x"}\nno json\n` });
    const { exitCode, stderr } = await cli("dlq", "import", "bad.ndjson", "--queue", dlq.name, "--yes");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("2 lines hold no message of an export.");
    expect(stderr).toMatch(/line 2: sentAt: .*\n.*line 3: not JSON/);
    expect(await depth(stack.client, dlq.url)).toBe(0);
    expect((await cli("dlq", "import", "none.ndjson", "--queue", dlq.name)).stderr).toContain("does not exist");
  });

  test("leaves repeats out, and splits what is over a batch's bytes", async () => {
    const big = "x".repeat(200_000);
    const lines = Array.from({ length: 12 }, (_, index) => line(index, { body: `${index}${big}` }));
    await folder.write({ "big.ndjson": [...lines, line(3), line(3)].join("") });
    const { events } = await cli("dlq", "import", "big.ndjson", "--queue", dlq.name, "--yes", "--json");
    expect(events.at(-1)).toMatchObject({ sent: 12, repeated: 2, refused: 0 });
    expect(await depth(stack.client, dlq.url)).toBe(12);
  });

  test("asks, with count and place", async () => {
    await folder.write({ "one.ndjson": line(1) });
    const refused = await cli("dlq", "import", "one.ndjson", "--queue", dlq.name);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain(`Send 1 message of one.ndjson to ${dlq.name}`);
  });

  test("that was killed goes on, and sends what it had sent no second time", async () => {
    const count = 6000;
    await folder.write({ "many.ndjson": Array.from({ length: count }, (_, index) => line(index)).join("") });
    const argv = ["dlq", "import", "many.ndjson", "--queue", dlq.name];
    const [file, ...words] = [...FROM_SOURCE, ...argv, "--yes"];
    const child = spawn(file, words, { cwd: folder.dir, env: { ...process.env, ...env() }, stdio: "ignore" });
    const ended = once(child, "close");
    await expect.poll(() => depth(stack.client, dlq.url), { timeout: 20_000, interval: 5 }).toBeGreaterThan(200);
    child.kill("SIGKILL");
    await ended;
    const sent = await depth(stack.client, dlq.url);
    expect(sent).toBeLessThan(count);
    const again = await cli(...argv, "--yes");
    expect(again.exitCode).toBe(1);
    expect(again.stderr).toContain("An import of this file to this queue did not end");
    const resumed = await cli(...argv, "--resume", "--json");
    const summary = Object(resumed.events.at(-1));
    expect(resumed.exitCode).toBe(0);
    expect(summary.sentBefore + summary.sent).toBe(count);
    // Four batches of ten were under way at most.
    expect(summary.perhapsTwice).toBeLessThanOrEqual(40);
    const bodies = (await readAll(stack.client, dlq.url)).map(({ Body }) => Body);
    expect(new Set(bodies).size).toBe(count);
    expect(bodies.length - count).toBeLessThanOrEqual(Number(summary.perhapsTwice));
    expect((await cli(...argv, "--resume")).stderr).toContain("There is no import to go on with");
  });
});

describe("a purge", () => {
  test("needs the queue's name, typed or given", async () => {
    await failed([{ body: "a" }]);
    expect((await cli("dlq", "purge", "--queue", dlq.name, "--yes")).stderr).toContain("--yes needs --queue-name");
    const other = await cli("dlq", "purge", "--queue", source.name, "--yes", "--queue-name", source.name);
    expect(other.exitCode).toBe(2);
    expect(other.stderr).toContain(`The queue that would be emptied is ${dlq.name}, not ${source.name}.`);
    const refused = await cli("dlq", "purge", "--queue", dlq.name);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain(`Add --yes --queue-name ${dlq.name}.`);
    for (const [typed, left] of [
      ["no", 1],
      [dlq.name, 0],
    ] as const) {
      const { terminal, exit } = startOnTerminal(["dlq", "purge", "--queue", dlq.name], {
        cwd: folder.dir,
        env: env(),
      });
      await terminal.waitFor("to go on");
      terminal.type(typed);
      await terminal.waitFor(new RegExp(`go on.*${typed}`, "s"));
      terminal.type("\r");
      expect(await exit).toBe(left);
      expect(await depth(stack.client, dlq.url)).toBe(left);
    }
  });

  test("does not touch what another reader holds", async () => {
    await failed([{ body: "a" }, { body: "b" }]);
    const [held] = await readOne();
    const argv = ["--yes", "--queue-name", dlq.name, "--backup", "b.ndjson", "--json"];
    const { events } = await cli("dlq", "purge", "--queue", dlq.name, ...argv);
    expect(events.at(-1)).toMatchObject({ removed: 1, left: 1 });
    expect(await readFile(join(folder.dir, "b.ndjson"), "utf8")).not.toContain(`"messageId":"${held?.MessageId}"`);
  });

  test("without a copy is the service's own, once in 60 seconds", async () => {
    await failed([{ body: "a" }, { body: "b" }]);
    const argv = ["dlq", "purge", "--queue", dlq.name, "--no-backup", "--yes", "--queue-name", dlq.name];
    const { stdout, exitCode } = await cli(...argv);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`2 removed from ${dlq.name}`);
    const again = await cli(...argv);
    expect(again.exitCode).toBe(1);
    expect(again.stderr).toContain("The queue was purged less than 60 seconds ago");
    expect(await readdir(folder.dir)).not.toContain(".local");
  });

  test("whose copy cannot be written deletes nothing", async () => {
    await failed([{ body: "a" }]);
    await mkdir(join(folder.dir, "taken"));
    await writeFile(join(folder.dir, "taken/there.ndjson"), "x");
    const argv = ["--yes", "--queue-name", dlq.name, "--backup", "taken/there.ndjson"];
    const { exitCode, stderr } = await cli("dlq", "purge", "--queue", dlq.name, ...argv);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("exists.");
    expect(await depth(stack.client, dlq.url)).toBe(1);
  });
});

async function readOne() {
  const { Messages = [] } = await stack.client.send(
    new ReceiveMessageCommand({ QueueUrl: dlq.url, VisibilityTimeout: 600, MaxNumberOfMessages: 1 }),
  );
  return Messages;
}
