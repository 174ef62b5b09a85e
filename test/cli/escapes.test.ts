import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createProgram } from "../../src/program.ts";
import { createCli, endProject, type Folder, PROJECT, run, type RunningCommand, startProject } from "./harness.ts";
import { startOnTerminal } from "./on-terminal.ts";

const ESCAPE = /\u001B|\u009B/;
/** Colours of the foreground and the background, by name, number or value. */
const COLOUR = /\u001B\[(?:[\d;:]*[;:])?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:[;:][\d;:]*)?m/;

let folder: Folder;
let dev: RunningCommand;

/** One command line for each command there is; each succeeds or fails as it would for a user. */
const LINES: Record<string, string[]> = {
  init: ["init", "new-app", "--template", "minimal", "--no-install"],
  "init --list": ["init", "--list"],
  // Refused, as one runs already; what that one tells is looked at in the end.
  dev: ["dev", "--port", "0"],
  submit: ["submit", "hello", "--wait"],
  "submit --watch": ["submit", "ask something", "--watch"],
  "submit --batch": ["submit", "--batch", "tasks.jsonl", "--wait"],
  watch: ["watch", "fails-for-good"],
  status: ["status"],
  pause: ["pause"],
  resume: ["resume"],
  "concurrency set": ["concurrency", "set", "3"],
  logs: ["logs", "--since", "1h"],
  "tasks list": ["tasks", "list"],
  "tasks show": ["tasks", "show", "fails-for-good"],
  "tasks retry": ["tasks", "retry", "fails-for-good", "--wait"],
  "tasks run": ["tasks", "run", "fails-for-good"],
  "tasks cancel": ["tasks", "cancel", "nobodys-task"],
  "tasks forget": ["tasks", "forget", "nobody", "--yes"],
  "dlq list": ["dlq", "list"],
  "dlq inspect": ["dlq", "inspect", "--scan"],
  "dlq show": ["dlq", "show", "fails-for-good"],
  "dlq redrive": ["dlq", "redrive", "--dry-run"],
  "dlq replay": ["dlq", "replay", "--task", "fails-for-good", "--set", "prompt=x", "--dry-run"],
  "dlq import": ["dlq", "import", "nothing.ndjson", "--yes"],
  "dlq purge": ["dlq", "purge", "--queue-name", "nope", "--yes"],
  smoke: ["smoke"],
  "faults set": ["faults", "set", "model:429=0"],
  "faults list": ["faults", "list"],
  "faults clear": ["faults", "clear"],
  build: ["build", "--stage", "dev", "--out", "dist"],
  // Of the local stage, which none of them deploys.
  bootstrap: ["bootstrap", "--endpoint-url", "http://127.0.0.1:9", "--yes"],
  plan: ["plan", "--stage", "local"],
  deploy: ["deploy", "--stage", "local"],
  destroy: ["destroy", "--stage", "local"],
  "secrets set": ["secrets", "set", "OPENAI_API_KEY", "--stage", "local"],
  "secrets list": ["secrets", "list", "--stage", "local"],
  "secrets unset": ["secrets", "unset", "OPENAI_API_KEY", "--stage", "local"],
  "stages list": ["stages", "list", "--endpoint-url", "http://127.0.0.1:9"],
  "stages diff": ["stages", "diff", "local", "local"],
  output: ["output"],
  open: ["open"],
  "iam policy": ["iam", "policy", "--role", "reader", "--stage", "prod"],
  completion: ["completion", "bash"],
  help: ["help", "submit"],
  "a wrong flag": ["submit", "--nope"],
  "no command": [],
};

beforeAll(async () => {
  ({ folder, dev } = await startProject(
    { ...PROJECT, "tasks.jsonl": '{"prompt":"one"}\n{oops\n{"prompt":"fail"}\n' },
    ["--speed", "60"],
    { color: true },
  ));
  await dev.waitFor("worker built");
  await run(["submit", "impossible", "--task-id", "fails-for-good", "--wait"], { cwd: folder.dir });
});

afterAll(async () => {
  await endProject({ folder, dev });
  expect(dev.stdout() + dev.stderr()).not.toMatch(ESCAPE);
});

test("no command is forgotten", async () => {
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  const cli = createCli({ cwd: folder.dir }, streams);
  const names: string[] = [];
  const treeOf = (argv: string[]) => createProgram(argv, cli, "ai-pipeline", () => {});
  for (const top of (await treeOf([])).commands.map((command) => command.name())) {
    const below = (await treeOf([top])).commands.find((command) => command.name() === top)?.commands ?? [];
    names.push(...(below.length === 0 ? [top] : below.map((command) => `${top} ${command.name()}`)));
  }
  expect(names.length).toBeGreaterThan(10);
  // Whoever adds a command adds a line above.
  expect(names.filter((name) => !(name in LINES))).toEqual([]);
  expect("\u001B[32m").toMatch(COLOUR);
});

describe.each(Object.entries(LINES))("%s", (name, argv) => {
  test("into a pipe writes no escape", async () => {
    const { stdout, stderr } = await run(argv, { cwd: folder.dir, color: true });
    expect(stdout + stderr).not.toBe("");
    expect(stdout + stderr).not.toMatch(ESCAPE);
  });

  test("on a terminal under NO_COLOR has no colours", async () => {
    const again = name === "init" ? argv.with(1, "newer-app") : argv;
    const { terminal, exit } = startOnTerminal(again, { cwd: folder.dir });
    await exit;
    expect(terminal.raw()).not.toBe("");
    expect(terminal.raw()).not.toMatch(COLOUR);
  });
});
