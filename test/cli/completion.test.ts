import { execFile } from "node:child_process";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { PassThrough } from "node:stream";
import { text as readAll } from "node:stream/consumers";
import { promisify } from "node:util";
import { GetParameterCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { Command } from "commander";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { complete } from "../../src/commands/shared/complete.ts";
import { clientSettings } from "../helpers/client-settings.ts";
import { FROM_SOURCE, openPty } from "../helpers/pty.ts";
import {
  createCli,
  endProject,
  type Folder,
  makeFolder,
  PROJECT,
  run,
  type RunningCommand,
  startProject,
} from "./harness.ts";

let folder: Folder;
let dev: RunningCommand;
let endpoint: string;
const TASK = "completed-task-0001";

const CONFIG = `import { defineConfig } from "ai-pipeline";
console.log("a configuration that talks");
export default defineConfig({ app: "my-app", stages: { staging: {} } });
`;

beforeAll(async () => {
  ({ folder, dev, endpoint } = await startProject(
    { ...PROJECT, "ai-pipeline.config.ts": CONFIG, "notes.md": "# Notes\n" },
    ["--json", "--speed", "60"],
  ));
  await run(["submit", "hello", "--wait", "--task-id", TASK], { cwd: folder.dir });
});

afterAll(() => endProject({ folder, dev }));

/** @returns the values that `words` can end with, as a shell is told them. */
async function values(words: string[], shell = "zsh", cwd = folder.dir): Promise<string[]> {
  const { exitCode, stdout } = await run(["__complete", shell, ...words], { cwd });
  expect(exitCode).toBe(0);
  return stdout.split("\n").flatMap((line) => (line === "" ? [] : [line.split("\t")[0] ?? ""]));
}

describe("what may stand there", () => {
  test.each<[string[], string[]]>([
    [["wat"], ["watch"]],
    [
      ["tasks", ""],
      ["list", "show", "cancel", "forget", "retry", "run", "help"],
    ],
    [["help", "tasks", "l"], ["list"]],
    [["tasks", "show", ""], [TASK]],
    [["tasks", "cancel", ""], []],
    [["dlq", "redrive", "--task", ""], []],
    [["logs", "--task", "completed-"], [TASK]],
    [["logs", "--follow", "--task", TASK, "--fol"], []],
    [["logs", "--function", "worker", "--func"], ["--function"]],
    [["logs", "--function", "w"], ["worker"]],
    [["logs", "--level=w"], ["--level=warn"]],
    [["logs", "--level", "e"], ["error"]],
    [["logs", "--since", ""], []],
    [["submit", "--doc", ""], [":files"]],
    [["submit", "text", "--batch=x"], [":files"]],
    [["init", ""], [":directories"]],
    [["init", "x", "--template", "m"], ["minimal"]],
    [
      ["completion", ""],
      ["bash", "zsh", "fish"],
    ],
    [["nonsense", ""], []],
    [["tasks", "nonsense", ""], []],
    [["submit", "--", "-"], []],
    [["__complete", ""], []],
    [["watch", "--hel"], ["--help"]],
    [
      ["status", "--w"],
      ["--window", "--watch"],
    ],
    [["status", "--watch", "--int"], ["--interval"]],
  ])("%j", async (words, expected) => expect(await values(words)).toEqual(expected));

  test("every command that the help names, and none that is hidden", async () => {
    const { stdout } = await run(["--help"], { cwd: folder.dir });
    const named = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name);
    expect((await values([""])).toSorted()).toEqual([...new Set(named)].toSorted());
  });

  test("every option that a command's help names", async () => {
    const { stdout } = await run(["submit", "--help"], { cwd: folder.dir });
    const named = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, name]) => name);
    expect((await values(["submit", "--"])).toSorted()).toEqual(named.toSorted());
  });

  test("bash takes the equals sign for a word of its own", async () => {
    expect(await values(["logs", "--level", "=", "w"], "bash")).toEqual(["warn"]);
    expect(await values(["logs", "--level", "="], "bash")).toEqual(["debug", "info", "warn", "error"]);
    expect(await values(["logs", "--level", "=", "warn", "--fo"], "bash")).toEqual(["--follow"]);
  });

  test("stages: local, the configuration's, and those that were used from here", async () => {
    expect(await values(["tasks", "list", "--stage", ""])).toEqual(["local", "staging"]);
    const ssm = new SSMClient(clientSettings(endpoint));
    const name = (stage: string) => `/ai-pipeline/my-app/${stage}/outputs`;
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: name("local") }));
    const Value = JSON.stringify({ ...JSON.parse(Parameter?.Value ?? ""), stage: "used" });
    await ssm.send(new PutParameterCommand({ Name: name("used"), Value, Type: "String" }));
    ssm.destroy();
    const used = ["--stage", "used", "--endpoint-url", endpoint];
    const read = await run(["logs", "--json", ...used], { cwd: folder.dir });
    expect(read.events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["stage", "reading", "line", "summary"]),
    );
    expect(await values(["tasks", "list", "--stage", ""])).toEqual(["local", "staging", "used"]);
    expect(await values(["tasks", "show", ...used, ""])).toEqual([TASK]);
  });

  test("queues, where a command takes one", async () => {
    const program = new Command("ai-pipeline");
    program.command("move").option("--from <queue>").argument("<queue>");
    const stdout = new PassThrough();
    const cli = createCli({ cwd: folder.dir }, { stdin: new PassThrough(), stdout, stderr: new PassThrough() });
    await complete(["zsh", "move", "--from", ""], cli, async () => program);
    await complete(["zsh", "move", "my-app-local-tasks-"], cli, async () => program);
    stdout.end();
    expect(await readAll(stdout)).toBe(
      "my-app-local-tasks\ttasks\nmy-app-local-tasks-dlq\tdead letters\nmy-app-local-tasks-dlq\tdead letters\n",
    );
  });

  test("profiles of the AWS configuration", async () => {
    await folder.write({ "aws/config": "[default]\nregion=x\n[profile work]\n[ sso-session s ]\n" });
    const env = { AWS_CONFIG_FILE: join(folder.dir, "aws/config"), AWS_SHARED_CREDENTIALS_FILE: "/dev/null" };
    const { stdout } = await run(["__complete", "fish", "tasks", "list", "--profile", ""], { cwd: folder.dir, env });
    expect(stdout).toBe("default\nwork\n");
  });

  test.each<[string, Record<string, string>]>([
    ["no project", {}],
    ["a configuration that does not compile", { "ai-pipeline.config.ts": "export default {" }],
    ["a project whose dev does not run", PROJECT],
  ])("%s: nothing, and no word of it", async (_name, files) => {
    await using other = await makeFolder(files);
    for (const words of [
      ["tasks", "show", ""],
      ["logs", "--task", ""],
      ["watch", "x", "--task="],
    ]) {
      const { exitCode, stdout, stderr } = await run(["__complete", "zsh", ...words], { cwd: other.dir });
      expect({ exitCode, stdout, stderr }).toEqual({
        exitCode: 0,
        stdout: "",
        stderr: "",
      });
    }
    expect(await values(["tasks", "list", "--stage", ""], "bash", other.dir)).toEqual(["local"]);
  });
});

/** The program as a command of its own. */
async function makeCommand(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\nexec ${FROM_SOURCE.map((word) => `'${word}'`).join(" ")} "$@"\n`);
  await chmod(path, 0o755);
}

/** Where a shell lies, if it is installed. */
async function which(shell: string): Promise<string | undefined> {
  return promisify(execFile)("/bin/sh", ["-c", `command -v ${shell}`]).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
}

const SHELLS: { shell: "bash" | "zsh" | "fish"; argv: string[]; load: string }[] = [
  { shell: "bash", argv: ["--norc", "--noprofile", "-i"], load: 'eval "$(ai-pipeline completion bash)"' },
  { shell: "zsh", argv: ["-d", "-i"], load: 'eval "$(ai-pipeline completion zsh)"' },
  { shell: "fish", argv: ["-i"], load: "ai-pipeline completion fish | source" },
];

describe.each(SHELLS)("in $shell", ({ shell, argv, load }) => {
  test("the Tab key completes commands, flags, values, files and task ids", async (context) => {
    const path = await which(shell);
    if (path === undefined) return context.skip(`${shell} is not installed here`);
    // Without a file of its own zsh asks a new user what it shall be.
    await using home = await makeFolder({ ".zshrc": "" });
    await makeCommand(join(home.dir, "bin/ai-pipeline"));
    // `npx ai-pipeline` is completed by the project's own copy.
    await makeCommand(join(folder.dir, "node_modules/.bin/ai-pipeline"));
    const PATH = `${join(home.dir, "bin")}${delimiter}${process.env["PATH"]}`;
    using terminal = openPty([path, ...argv], { cwd: folder.dir, env: { HOME: home.dir, PATH, PS1: "> " } });
    terminal.write(`${load}; echo load''ed\r`);
    await terminal.shows(/^loaded/m);
    // Each beginning is typed when what Tab made of the one before is seen.
    for (const steps of [
      [
        ["ai-pipeline tas", "ai-pipeline tasks "],
        ["sho", "tasks show "],
        ["completed-", `tasks show ${TASK}`],
      ],
      [
        ["npx ai-pipeline logs --lev", "logs --level "],
        ["war", "logs --level warn"],
      ],
      [["ai-pipeline logs --level=err", "logs --level=error"]],
      [["ai-pipeline submit --doc not", "submit --doc notes.md"]],
    ] as const) {
      for (const [typed, completed] of steps) {
        terminal.write(`${typed}\t`);
        await terminal.shows(completed);
      }
      terminal.write("\u0015");
    }
    expect(terminal.screen()).not.toMatch(/Error|not found|No such|Unknown/);
  });
});

describe("the script", () => {
  test.each(["bash", "zsh", "fish"])("%s: its first lines are commands that work here", async (shell) => {
    const { stdout, stderr, exitCode } = await run(["completion", shell], { cwd: folder.dir });
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
    expect(stdout).toContain(`ai-pipeline completion ${shell}`);
    expect(stdout).toContain(`ai-pipeline completion ${shell} > ~/.`);
  });

  test("a shell that is none", async () => {
    const { exitCode, stderr } = await run(["completion", "tcsh"], { cwd: folder.dir });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("Allowed choices are bash, zsh, fish.");
  });
});
