import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FROM_SOURCE, openPty } from "../helpers/pty.ts";
import { endProject, type Folder, makeFolder, run, type RunningCommand, start, startDev } from "./harness.ts";

let folder: Folder;
let dir: string;
let dev: RunningCommand;

/** The template's worker, with something to read. */
const WORKER = `import { defineWorker } from "ai-pipeline/runtime";

export const handler = defineWorker({
  async run(task) {
    console.log("printed for " + task.prompt + "\\nand a second line");
    console.warn({ about: task.prompt, nested: { deep: [1, 2] } });
    if (task.prompt === "fail") throw new TypeError("asked to fail");
    return "echo: " + task.prompt;
  },
});
`;

const cli = (...argv: string[]) => run(argv, { cwd: dir });
const logs = async (...argv: string[]) => {
  const { events, exitCode } = await cli("logs", "--json", ...argv);
  return { exitCode, events, lines: events.filter(({ type }) => type === "line"), summary: events.at(-1) };
};
const texts = (lines: Record<string, unknown>[]) => lines.map(({ message }) => String(message)).join("\n");
async function submit(prompt: string, ...flags: string[]): Promise<string> {
  const { events } = await cli("submit", prompt, "--wait", "--json", ...flags);
  return String(events.find(({ type }) => type === "submitted")?.["taskId"]);
}

beforeAll(async () => {
  folder = await makeFolder();
  dir = join(folder.dir, "app");
  await run(["init", "app", "--template", "minimal", "--no-install"], { cwd: folder.dir });
  await folder.write({ "app/src/worker.ts": WORKER });
  ({ dev } = await startDev(["--json", "--speed", "60"], { cwd: dir }));
});

afterAll(() => endProject({ folder, dev }));

describe("logs", () => {
  test("all functions in the order of time, each line with an id of its own", async () => {
    await submit("in order");
    const { exitCode, events, lines, summary } = await logs();
    expect(exitCode).toBe(0);
    expect(events[0]).toMatchObject({ v: 1, type: "reading", follow: false, ref: { stage: "local" } });
    const times = lines.map(({ at }) => Number(at));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(new Set(lines.map((line) => line["function"])).size).toBeGreaterThan(1);
    expect(new Set(lines.map(({ id }) => id)).size).toBe(lines.length);
    expect(summary).toMatchObject({ operation: "logs", exitCode: 0, lines: lines.length });
  });

  test("as text: the result on stdout, without colours, without Lambda's own lines; --raw has those", async () => {
    await submit("as text");
    const { stdout, stderr } = await cli("logs", "--function", "worker");
    expect(stdout).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z worker \{.*printed for as text/m);
    expect(stdout).not.toContain("platform.");
    expect(stdout).not.toContain("\u001B");
    expect(stderr).toMatch(/^\d+ of Lambda's own reports and metrics left out: --raw shows them$/m);
    const raw = await cli("logs", "--function", "worker", "--raw");
    expect(raw.stdout).toMatch(/^\{"time":.*"type":"platform.report"/m);
    for (const line of raw.stdout.trimEnd().split("\n")) expect(JSON.parse(line)).toBeTypeOf("object");
  });

  test("--task: what its attempts wrote, also what does not name it, and nothing of others", async () => {
    const mine = await submit("mine");
    const other = await submit("another's");
    const { lines } = await logs("--task", mine);
    expect(texts(lines)).toContain("printed for mine");
    expect(texts(lines)).toContain("platform.report");
    expect(texts(lines)).not.toContain("another's");
    expect(texts(lines)).not.toContain(other);
  });

  test("--task over several attempts", async () => {
    const failed = await submit("fail");
    const { lines } = await logs("--task", failed);
    const printed = lines.filter(({ message }) => String(message).includes("printed for fail"));
    const attempts = lines.filter(({ data }) => Object(data).message === "The attempt failed.");
    expect(printed).toHaveLength(attempts.length);
    expect(attempts.length).toBeGreaterThan(1);
    expect(new Set(attempts.map(({ requestId }) => requestId)).size).toBe(attempts.length);
    const serious = await logs("--task", failed, "--level", "warn");
    expect(serious.lines.every(({ level }) => level === "warn" || level === "error")).toBe(true);
    expect(serious.lines.length).toBeGreaterThanOrEqual(2 * attempts.length);
  });

  test("--level and --filter, alone and together", async () => {
    const id = await submit("levels");
    const warned = await logs("--level", "warn");
    expect(texts(warned.lines)).toContain('"about":"levels"');
    expect(warned.lines.every(({ level }) => level === "warn" || level === "error")).toBe(true);
    const filtered = await logs("--filter", `{ $.taskId = "${id}" }`);
    expect(filtered.lines.length).toBeGreaterThan(0);
    expect(filtered.lines.every(({ taskId }) => taskId === id)).toBe(true);
    const both = await logs("--filter", '{ $.message.about = "levels" }', "--task", id, "--level", "warn");
    expect(both.lines).toMatchObject([{ level: "warn", data: { message: { about: "levels" } } }]);
  });

  test("--since and --until bound the time", async () => {
    await submit("bounded");
    const all = await logs("--since", "1h");
    const middle = Number(all.lines[Math.floor(all.lines.length / 2)]?.["at"]);
    const until = await logs("--since", "1h", "--until", new Date(middle).toISOString());
    const since = await logs("--since", new Date(middle + 1).toISOString());
    const ids = (lines: Record<string, unknown>[]) => lines.map(({ id }) => id);
    const later = new Set(ids(since.lines));
    expect(ids(until.lines).some((id) => later.has(id))).toBe(false);
    expect([...ids(until.lines), ...later]).toEqual(expect.arrayContaining(ids(all.lines)));
  });
});

describe("logs --follow", () => {
  test("the past, then what comes; once each; Ctrl-C ends it with 0", async () => {
    await submit("before");
    const following = start(["logs", "--follow", "--json"], { cwd: dir });
    await following.waitFor("printed for before");
    await following.waitFor('"state":"live"');
    await submit("while it follows");
    await following.waitFor("printed for while it follows");
    following.interrupt();
    expect(await following.exit).toBe(0);
    const lines = following.events().filter(({ type }) => type === "line");
    const count = (text: string) => texts(lines).split(text).length - 1;
    expect([count("printed for before"), count("printed for while it follows")]).toEqual([1, 1]);
    expect(following.events().at(-1)).toMatchObject({ type: "summary", operation: "logs", detached: true });
  });

  test("--task of attempts that are yet to come", async () => {
    const taskId = "followed-task-0001";
    const following = start(["logs", "--follow", "--task", taskId, "--since", "1m"], { cwd: dir });
    await following.waitFor(`of task ${taskId} on stage local`);
    await submit("followed", "--task-id", taskId);
    await submit("not followed");
    await following.waitFor("printed for followed");
    await following.waitFor("The attempt ended: completed.");
    following.interrupt();
    expect(await following.exit).toBe(0);
    expect(following.stdout()).not.toContain("not followed");
  });
});

describe("on a terminal", () => {
  const open = (argv: string[], env: Record<string, string> = {}) =>
    openPty([...FROM_SOURCE, ...argv], { cwd: dir, env });

  test("JSON is spread out, in colours; a follow ends by Ctrl-C with 0", async () => {
    const id = await submit("on a terminal");
    using terminal = open(["logs", "--follow", "--task", id]);
    await terminal.shows(/worker +WARN +.*\n {2}message \{\n {4}"about": "on a terminal",\n {4}"nested": \{\n/);
    await terminal.shows(/worker +INFO +printed for on a terminal .*\n {2}and a second line/);
    expect(terminal.raw()).toContain("\u001B[33mWARN ");
    terminal.write("\u0003");
    expect(await terminal.exit).toBe(0);
  });

  test.each([{ NO_COLOR: "1" }, { TERM: "dumb" }])("no colours under %j", async (env: Record<string, string>) => {
    const id = await submit("without colours");
    using terminal = open(["logs", "--task", id], env);
    expect(await terminal.exit).toBe(0);
    expect(terminal.raw()).toContain("printed for without colours");
    expect(terminal.raw()).not.toContain("\u001B");
  });
});

describe("what cannot be read is said", () => {
  test.each<[string, string[], number, string, string]>([
    ["an unknown function", ["--function", "wroker"], 2, 'no function "wroker"', "worker, api, socket"],
    ["a bad pattern", ["--filter", "{ $.a ="], 2, "refuses the filter pattern { $.a =:", "--filter"],
    ["a bad time", ["--since", "yesterday"], 2, '"yesterday" is no time.', "at --since"],
    ["an empty range", ["--since", "1h", "--until", "2h"], 2, "nothing lies between", "--since 2h --until 1h"],
    ["a follow with an end", ["--follow", "--until", "1h"], 2, "exclude each other", "Leave one of them out."],
    ["a task nobody knows", ["--task", "no-such-task"], 1, "There is no task no-such-task", "--since 7d"],
    ["a level that is none", ["--level", "loud"], 2, "debug, info, warn, error", "See: ai-pipeline logs --help"],
    ["raw JSON", ["--raw", "--json"], 2, "cannot be used with", "See: ai-pipeline logs --help"],
  ])("%s", async (_name, argv, code, message, hint) => {
    const { exitCode, stdout, stderr } = await cli("logs", ...argv);
    expect({ exitCode }).toEqual({ exitCode: code });
    expect(stdout + stderr).toContain(message);
    expect(stdout + stderr).toContain(hint);
  });

  test("a stage that is not deployed", async () => {
    const endpoint = String(dev.events()[0]?.["endpoint"]);
    const { exitCode, stderr } = await cli("logs", "--stage", "prod", "--endpoint-url", endpoint);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("is not deployed at");
  });
});
