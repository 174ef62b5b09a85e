import { ListMessageMoveTasksCommand, StartMessageMoveTaskCommand } from "@aws-sdk/client-sqs";
import { beforeEach, describe, expect, test } from "vitest";
import { run, start } from "../cli/harness.ts";
import { startOnTerminal } from "../cli/on-terminal.ts";
import { depth, fail } from "./queues.ts";
import { queuePairs } from "./queue-pairs.ts";

/* Moves of the service's own, slow enough to be met at work. */

const LETTERS = 30;

const at = queuePairs("slow");
beforeEach(async () => {
  const letters = Array.from({ length: LETTERS }, (_, index) => ({ body: `m${index}` }));
  await fail(at.stack.client, at.source.url, at.dlq.url, letters);
});

const options = () => ({ cwd: at.folder.dir, env: { HOME: at.folder.dir, AWS_ENDPOINT_URL_SQS: at.stack.endpoint } });
const argv = (...flags: string[]) => ["dlq", "redrive", "--queue", at.dlq.name, ...flags];
const redrive = (...flags: string[]) => run(argv(...flags), options());
const begin = (rate = 2) =>
  at.stack.client.send(new StartMessageMoveTaskCommand({ SourceArn: at.dlq.arn, MaxNumberOfMessagesPerSecond: rate }));
async function statuses(): Promise<string[]> {
  const { Results = [] } = await at.stack.client.send(
    new ListMessageMoveTasksCommand({ SourceArn: at.dlq.arn, MaxResults: 10 }),
  );
  return Results.map(({ Status = "" }) => Status);
}

describe("a move that is at work already", () => {
  test.each([[[]], [["--where", "body == 'm1'"]], [["--limit", "3"]], [["--resume"]]])(
    "%s starts nothing beside it, and says how to follow it",
    async (flags) => {
      await begin();
      const { exitCode, stderr } = await redrive("--yes", ...flags);
      expect(exitCode).toBe(1);
      expect(stderr).toContain(`The service moves the letters of ${at.dlq.name} already`);
      expect(stderr).toContain(`Follow it: ai-pipeline dlq redrive --attach --queue ${at.dlq.name}`);
      expect(stderr).toContain(`Or cancel it: ai-pipeline dlq redrive --cancel --queue ${at.dlq.name}`);
      expect(await statuses()).toEqual(["RUNNING"]);
    },
  );

  test("--dry-run looks all the same", async () => {
    await begin();
    expect((await redrive("--dry-run")).exitCode).toBe(0);
  });

  test("--attach follows it until somebody cancels it", async () => {
    await begin();
    const following = start(argv("--attach", "--json"), options());
    await following.waitFor(/"type":"move".*"moved":[1-9]/);
    const { exitCode, stdout } = await redrive("--cancel");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^\d+ moved in /);
    expect(await following.exit).toBe(0);
    expect(following.events()).toContainEqual(expect.objectContaining({ type: "active", name: at.dlq.name }));
    expect(following.events().at(-1)).toMatchObject({ status: "CANCELLED" });
    expect(await statuses()).toEqual(["CANCELLED"]);
    expect(await depth(at.stack.client, at.dlq.url)).toBeGreaterThan(0);
  });

  test("--attach follows it to its end", async () => {
    await begin(500);
    const { exitCode, events } = await redrive("--attach", "--json");
    // It may have ended before anybody looked.
    if (exitCode === 0) expect(events.at(-1)).toMatchObject({ status: "COMPLETED", moved: LETTERS });
    else expect(events.at(-1)).toMatchObject({ code: "MOVE_NOT_ACTIVE" });
  });

  test.each(["--attach", "--cancel"])("%s without one says so", async (flag) => {
    const { exitCode, events } = await redrive(flag, "--json");
    expect(exitCode).toBe(1);
    expect(events.at(-1)).toMatchObject({ code: "MOVE_NOT_ACTIVE" });
  });

  test("on a terminal it offers to follow it", async () => {
    await begin();
    const declined = startOnTerminal(argv(), options(), 160);
    await declined.terminal.waitFor("Follow that, and start nothing else? (Y/n)");
    declined.terminal.type("n");
    expect(await declined.exit).toBe(1);
    await declined.terminal.waitFor("Nothing else was started.");
    const { terminal, exit } = startOnTerminal(argv("--limit", "2"), options());
    await terminal.waitFor("(Y/n)");
    terminal.type("\r");
    await terminal.waitFor(/moved \d+ of about 30/);
    await redrive("--cancel");
    expect(await exit).toBe(0);
    await terminal.waitFor("(cancelled)");
  });
});

describe("Ctrl-C during a move of the service's", () => {
  /** Starts one, and presses Ctrl-C when it has begun. */
  async function interrupted() {
    const running = startOnTerminal(argv("--rate", "2", "--yes"), options());
    await running.terminal.waitFor(/moved [1-9]\d* of about 30/);
    running.terminal.type("\u0003");
    await running.terminal.waitFor("The service goes on moving.");
    await running.terminal.waitFor("return to it:");
    return running;
  }

  test("leaves it running", async () => {
    const { terminal, exit } = await interrupted();
    terminal.type("1");
    expect(await exit).toBe(130);
    expect(await statuses()).toEqual(["RUNNING"]);
  });

  test("or cancels it", async () => {
    const { terminal, exit } = await interrupted();
    terminal.type("2");
    expect(await exit).toBe(130);
    expect(await statuses()).toEqual(["CANCELLED"]);
    await terminal.waitFor("(cancelled)");
    expect(await depth(at.stack.client, at.dlq.url)).toBeGreaterThan(0);
  });

  test("or keeps following it, and asks again", async () => {
    const { terminal, exit } = await interrupted();
    terminal.type("3");
    await expect
      .poll(() => terminal.text().split(`queue ${at.dlq.name}`).length, { timeout: 10_000 })
      .toBeGreaterThan(2);
    await redrive("--cancel");
    expect(await exit).toBe(0);
    expect(await statuses()).toEqual(["CANCELLED"]);
  });

  test("without a terminal it goes on, and how to return is told", async () => {
    const running = start(argv("--rate", "2", "--yes"), options());
    await running.waitFor(/running: [1-9]/);
    running.interrupt();
    expect(await running.exit).toBe(130);
    expect(running.stdout()).toContain("the service goes on moving");
    expect(running.stderr()).toContain(`return to it: ai-pipeline dlq redrive --attach --queue ${at.dlq.name}`);
    expect(running.stderr()).toContain(`end it: ai-pipeline dlq redrive --cancel --queue ${at.dlq.name}`);
    expect(await statuses()).toEqual(["RUNNING"]);
  });
});
