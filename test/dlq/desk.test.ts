import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { endProject, type Folder, PROJECT, run, type RunningCommand, startProject } from "../cli/harness.ts";
import { startOnTerminal } from "../cli/on-terminal.ts";
import { type SqsStack, startSqs } from "../helpers/sqs.ts";
import type { TestTerminal } from "../helpers/terminal.ts";
import { createPair, depth, fail } from "./queues.ts";

const WORKER = `import { defineWorker } from "ai-pipeline/runtime";

export const handler = defineWorker({
  async run(task) {
    if (task.input?.fixed) return "done";
    if (task.prompt.startsWith("odd")) throw Object.assign(new RangeError("too long"), { permanent: true });
    throw Object.assign(new Error("Rate limit reached"), { name: "RateLimitError", status: 429 });
  },
});
`;

let folder: Folder;
let dev: RunningCommand;
const env: Record<string, string> = {};
const options = () => ({ cwd: folder.dir, env });
const cli = (...argv: string[]) => run(argv, options());

beforeAll(async () => {
  ({ folder, dev } = await startProject({ ...PROJECT, "src/worker.ts": WORKER }, ["--json"]));
  const prompts = ["even 2", "even 4", "even 6", "even 8", "odd 1", "odd 3"];
  const stdin = prompts.map((prompt) => JSON.stringify({ prompt })).join("\n");
  await run(["submit", "--batch", "-", "--wait"], { cwd: folder.dir, stdin });
  await vi.waitFor(async () => expect(await letters()).toBe(6), 20_000);
});
afterAll(() => endProject({ folder, dev }));

async function letters(): Promise<number> {
  const { events } = await cli("dlq", "inspect", "--scan", "--json");
  return Number(events.at(-1)?.["about"]);
}

/** What is on the screen now, whatever was before. */
const screen = (terminal: TestTerminal, rows = 24) => terminal.text().split("\n").slice(-rows).join("\n");

/** Types keys one by one, as each may change what the next one means. */
async function type(terminal: TestTerminal, ...keys: string[]): Promise<void> {
  for (const key of keys) {
    terminal.type(key);
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
}

const DOWN = "\u001B[B";
const RIGHT = "\u001B[C";
const ESCAPE = "\u001B";

describe("without a terminal", () => {
  test("dlq is dlq list", async () => {
    const [alone, list] = [await cli("dlq"), await cli("dlq", "list")];
    expect(alone.exitCode).toBe(0);
    expect(alone.stdout.replaceAll(/\d+ s/g, "")).toBe(list.stdout.replaceAll(/\d+ s/g, ""));
    expect(alone.stdout).toContain("my-app-local-tasks-dlq");
    const { events } = await cli("dlq", "--json");
    expect(events.find(({ type: kind }) => kind === "dead-letter-queue")).toMatchObject({ depth: { visible: 6 } });
  });

  test("a command that is none is named, with the one that was meant", async () => {
    for (const [word, near] of [
      ["lsit", "list"],
      ["inspcet", "inspect"],
      ["redirve", "redrive"],
    ] as const) {
      const { exitCode, stderr } = await cli("dlq", word);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(`Unknown command '${word}'.`);
      expect(stderr).toContain(`Did you mean ${near}?`);
    }
    expect((await cli("dlq", "--help")).stdout).toContain("redrive");
    expect((await cli("dlq", "--stgae", "x")).exitCode).toBe(2);
  });
});

test("dlq inspect takes ids and a cause, and on a stage no logs", async () => {
  const { events } = await cli("dlq", "inspect", "--error", "RangeError", "--letters", "--json");
  const found = events.filter(({ type: kind }) => kind === "letter");
  expect(found.map(({ prompt }) => prompt).toSorted()).toEqual(["odd 1", "odd 3"]);
  expect(events.at(-1)).toMatchObject({ seen: 6, meant: 2, groups: 1 });
  const one = await cli("dlq", "inspect", String(found[0]?.["taskId"]));
  expect(one.stderr).toContain("1 of them is meant");
  expect((await cli("dlq", "inspect", "--error", "nothing like it")).stderr).toContain("none of them is meant");
  const logs = await cli("dlq", "inspect", "--logs");
  expect(logs.exitCode).toBe(2);
  expect(logs.stderr).toContain("On a stage the tasks' records tell why");
});

describe("on a terminal of 80 x 24", () => {
  const open = () => startOnTerminal(["dlq"], options(), 80, 24);

  test("causes left, letters in the middle, body and error right; keys and their commands below", async () => {
    const { terminal, exit } = open();
    await terminal.waitFor("6 all causes");
    await terminal.waitFor(/why: R/);
    const shown = terminal.text();
    expect(shown).toMatch(/6 dead letters · keys act on all · stage local of my-app/);
    expect(shown).toMatch(/4 RateLimitError 42/);
    expect(shown).toMatch(/2 RangeError too lo/);
    expect(shown).toContain('"prompt":');
    expect(shown).toMatch(/^r redrive +dlq redrive$/m);
    expect(shown).toMatch(/^c canary +dlq redrive --canary 10$/m);
    expect(shown).toMatch(/^x export +dlq inspect --export FILE$/m);
    expect(shown).toMatch(/^arrows move · space mark .* q leave$/m);
    expect(shown.split("\n").length).toBeLessThanOrEqual(24);
    await type(terminal, "q");
    expect(await exit).toBe(0);
  });

  test("the cursor narrows to a cause, and the commands name it", async () => {
    const { terminal, exit } = open();
    await terminal.waitFor("6 all causes");
    await type(terminal, DOWN, DOWN);
    await terminal.waitFor("2 letters");
    await terminal.waitFor(/keys act on the cause [0-9a-f]{12}/);
    await terminal.waitFor(/^r redrive +dlq redrive --error [0-9a-f]{12}$/m);
    await type(terminal, "\u0003");
    expect(await exit).toBe(0);
  });

  test("letters are marked and filtered; escape clears", async () => {
    const { terminal, exit } = open();
    await terminal.waitFor("6 all causes");
    await type(terminal, RIGHT, " ", " ");
    await terminal.waitFor("keys act on 2 marked");
    await terminal.waitFor(/^e replay, edited +mark one letter, or stand on it$/m);
    await type(terminal, ESCAPE, "/", "odd");
    await terminal.waitFor("2 letters");
    await terminal.waitFor("filter: odd");
    await type(terminal, "\r", "a");
    await terminal.waitFor("2 letters, 2 marked");
    await type(terminal, "a", ESCAPE);
    await terminal.waitFor("keys act on this one");
    await terminal.waitFor(/6 letters/);
    await type(terminal, "q");
    expect(await exit).toBe(0);
  });

  test("actions run as the commands they show, and lead back to where one stood", async () => {
    await chmod(await editorThatFixes(), 0o755);
    const { terminal, exit } = open();
    await terminal.waitFor("6 all causes");
    await type(terminal, RIGHT, "/", "even 2", "\r", "s", "input.fixed=true");
    await terminal.waitFor(/dlq replay .* --set input\.fixed=true/);
    await type(terminal, "\r");
    await terminal.waitFor(/^\$ \S.* dlq replay [\w\s-]+ --set input\.fixed=true$/m);
    await terminal.waitFor("Replay 1 dead letter of stage local");
    await type(terminal, "y");
    await terminal.waitFor("Back to the dead letters? (Y/n)");
    expect(terminal.text()).toContain("1 replayed");
    await type(terminal, "\r");
    await terminal.waitFor("none fits even 2");
    await type(terminal, ESCAPE, "/", "even 4", "\r", "e");
    await terminal.waitFor("the body as it was edited");
    await type(terminal, "y");
    await expect.poll(() => screen(terminal), { timeout: 10_000 }).toMatch(/Back to the dead letters\? \(Y\/n\)/);
    await type(terminal, "\r");
    await expect.poll(() => screen(terminal), { timeout: 10_000 }).toContain("none fits even 4");
    await type(terminal, ESCAPE, "x", "out.ndjson", "\r");
    await terminal.waitFor("1 written to");
    await expect.poll(() => screen(terminal), { timeout: 10_000 }).toMatch(/Back to the dead letters\? \(Y\/n\)/);
    await type(terminal, "n");
    expect(await exit).toBe(0);
    const file = join(folder.dir, "out.ndjson");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await readFile(file, "utf8")).trim().split("\n")).toHaveLength(1);
    await expect.poll(letters, { timeout: 10_000 }).toBe(4);
  });

  test("Ctrl-C within an action ends that alone", async () => {
    const { terminal, exit } = open();
    await terminal.waitFor("4 all causes");
    await type(terminal, "r");
    await terminal.waitFor(/Move 2 dead letters; 2 stay that no attempt can mend/);
    await type(terminal, "\u0003");
    await terminal.waitFor("Back to the dead letters? (Y/n)");
    await type(terminal, "\r");
    await expect.poll(() => screen(terminal), { timeout: 10_000 }).toMatch(/4 dead letters · keys act on all/);
    await type(terminal, "q");
    expect(await exit).toBe(0);
    expect(await letters()).toBe(4);
  });

  test("a pause of the stage is shown", async () => {
    await cli("pause", "--reason", "lunch");
    const { terminal, exit } = open();
    await terminal.waitFor(/paused since .*: lunch/);
    await type(terminal, "q");
    expect(await exit).toBe(0);
    await cli("resume");
  });
});

async function editorThatFixes(): Promise<string> {
  const path = join(folder.dir, "fix.sh");
  await writeFile(path, '#!/bin/sh\nsed -i \'s/"prompt"/"input": { "fixed": true }, "prompt"/\' "$1"\n');
  env["EDITOR"] = path;
  return path;
}

describe("on a queue that never saw this tool", () => {
  let stack: SqsStack;
  beforeAll(async () => (stack = await startSqs()));
  afterAll(() => stack.close());

  test("looks at the messages, and has no canary, as nobody could follow it", async () => {
    const { dlq, source } = await createPair(stack.client, "orders");
    await fail(stack.client, source.url, dlq.url, [{ body: '{"error":"boom 1","v":1}' }, { body: "no JSON" }]);
    const where = { cwd: folder.dir, env: { HOME: folder.dir, AWS_ENDPOINT_URL_SQS: stack.endpoint } };
    const { terminal, exit } = startOnTerminal(["dlq", "--queue", dlq.name], where, 200, 50);
    await terminal.waitFor("2 all causes");
    await terminal.waitFor(/Error boom 1/);
    expect(terminal.text()).not.toContain("canary");
    expect(terminal.text()).toMatch(/^r redrive +\S.* dlq redrive --queue orders-dlq$/m);
    expect(terminal.text().split("\n").length).toBeLessThanOrEqual(50);
    await type(terminal, RIGHT, RIGHT);
    await terminal.waitFor(/ApproximateFirstReceiveTimestamp|"v": 1|no JSON/);
    await type(terminal, "q");
    expect(await exit).toBe(0);
    expect(await depth(stack.client, dlq.url)).toBe(2);
  });

  test("says why nothing can be shown", async () => {
    const where = { cwd: folder.dir, env: { HOME: folder.dir, AWS_ENDPOINT_URL_SQS: stack.endpoint } };
    const { terminal, exit } = startOnTerminal(["dlq", "--queue", "nothing-here"], where, 80, 24);
    expect(await exit).toBe(1);
    await terminal.waitFor("There is no queue nothing-here");
  });
});
