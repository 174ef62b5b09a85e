import { describe, expect, test } from "vitest";
import { makeFolder, run } from "./harness.ts";

const COMMANDS = [
  "init",
  "dev",
  "submit",
  "watch",
  "status",
  "pause",
  "resume",
  "concurrency set",
  "logs",
  "tasks list",
  "tasks show",
  "tasks cancel",
  "tasks forget",
  "tasks retry",
  "tasks run",
  "dlq",
  "dlq list",
  "dlq inspect",
  "dlq show",
  "dlq redrive",
  "dlq replay",
  "dlq import",
  "dlq purge",
  "smoke",
  "faults set",
  "faults list",
  "faults clear",
  "build",
  "bootstrap",
  "plan",
  "deploy",
  "destroy",
  "secrets set",
  "secrets list",
  "secrets unset",
  "stages list",
  "stages diff",
  "output",
  "open",
  "iam policy",
  "completion",
];

test("--version prints the version and nothing else", async () => {
  await using folder = await makeFolder();
  expect(await run(["--version"], { cwd: folder.dir })).toMatchObject({ exitCode: 0, stdout: "0.1.0\n", stderr: "" });
});

test("--help names every command", async () => {
  await using folder = await makeFolder();
  const { stdout, exitCode } = await run(["--help"], { cwd: folder.dir });
  expect(exitCode).toBe(0);
  expect(stdout).toMatchInlineSnapshot(`
    "Usage: ai-pipeline [options] [command]

    Asynchronous LLM pipelines on serverless functions: from an empty folder to an
    operated stage.

    Options:
      -V, --version   output the version number
      -h, --help      display help for command

    Commands:
      init            make a project from a template
      dev             run the project on the embedded AWS stack
      submit          submit a task, or many
      watch           follow one task or all
      status          show how a stage fares
      pause           stop taking tasks from the queue
      resume          take tasks from the queue again
      concurrency     limit how many tasks run at once
      logs            read the functions' logs, or follow them
      tasks           list, show, cancel and run tasks again
      dlq             look at dead letters and send them back
      smoke           prove that a stage works, hop by hop
      faults          make the running local stack fail on purpose
      build           pack the functions and what infrastructure is told
      bootstrap       make what an account needs once
      plan            show what a deployment would change
      deploy          deploy a stage
      destroy         remove a stage
      stages          list deployed stages and compare them
      output          print what a stage says of itself
      open            open a stage in AWS's console
      iam             print the least permissions that a role needs
      secrets         set, list and remove a stage's secrets
      completion      complete command lines in a shell
      help [command]  display help for command

    Examples:
      ai-pipeline init my-app
      ai-pipeline dev
      ai-pipeline submit "Summarize the attached report." --doc report.pdf --watch
    "
  `);
});

test("--help, written without Commander, is what Commander writes", async () => {
  await using folder = await makeFolder();
  const argv = [["--help"], ["-h"], ["help"], ["--help", "--json"]];
  const [flag, short, word, commander] = await Promise.all(argv.map((words) => run(words, { cwd: folder.dir })));
  expect(commander?.stdout).toContain("Commands:");
  for (const help of [flag, short, word]) expect(help).toEqual({ ...commander, events: [] });
  expect(await run([], { cwd: folder.dir })).toEqual({
    ...commander,
    exitCode: 2,
    stdout: "",
    stderr: commander?.stdout,
  });
});

test.each(COMMANDS)("%s --help has an example that begins as the command does here", async (name) => {
  await using folder = await makeFolder();
  const { stdout, exitCode } = await run([...name.split(" "), "--help"], { cwd: folder.dir });
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`\nExamples:\n`);
  expect(stdout).toContain(`ai-pipeline ${name}`);
  expect(stdout).not.toMatch(/ai-pipeline\(|\$ [a-z]/);
  expect(stdout).toContain("--json");
});

test.each(COMMANDS)("help %s is the same as its --help", async (name) => {
  await using folder = await makeFolder();
  const words = name.split(" ");
  // Commander's own `help` knows one level; a group has a `help` of its own.
  const argv = words.length === 1 ? ["help", ...words] : [words[0] ?? "", "help", words[1] ?? ""];
  const [help, flag] = await Promise.all([
    run(argv, { cwd: folder.dir }),
    run([...words, "--help"], { cwd: folder.dir }),
  ]);
  expect(help.stdout).toBe(flag.stdout);
});

test("dev --help", async () => {
  await using folder = await makeFolder();
  expect((await run(["dev", "--help"], { cwd: folder.dir })).stdout).toMatchInlineSnapshot(`
    "Usage: ai-pipeline dev [options]

    Run the project on the embedded AWS stack.

    Options:
      --port <n>        port to listen on, 0 for any free one (default: 4566, or
                        another when that is taken)
      --headless        print lines instead of the screen
      --fault <rule>    make something fail: model:429=0.3, model:hang=next:2,
                        outage; may be repeated
      --speed <n>       divide delays, back-off and visibility timeouts by this
                        (default: 1)
      --fresh           drop the state of earlier runs first
      --seed <n>        make faults repeatable
      --inspect [port]  let a debugger attach to the worker (default port: 9229)
      --json            print versioned NDJSON on stdout
      --debug           show the stack of an error
      -h, --help        display help for command

    Examples:
      ai-pipeline dev
      ai-pipeline dev --headless --json --port 0
      ai-pipeline dev --speed 60 --fault model:429=0.3 --seed 7
    "
  `);
});

describe("a wrong command line exits with 2 and says how it is right", () => {
  test.each<[string[], string, string]>([
    [["sumbit", "x"], "Unknown command 'sumbit'.", "Did you mean submit?"],
    [["tasks", "lst"], "Unknown command 'lst'.", "See: ai-pipeline tasks --help"],
    [["submit", "x", "--callbak"], "Unknown option '--callbak'.", "Did you mean --callback?"],
    [["submit", "x", "--via", "pigeon"], "Allowed choices are api, queue.", "See: ai-pipeline submit --help"],
    [["submit"], "There is no prompt.", "submit @file"],
    [["submit", "a", "b"], "Too many arguments", "See: ai-pipeline submit --help"],
    [["submit", " "], "The prompt is empty.", "Give the task something to do."],
    [["submit", "x", "--timeout", "soon"], '"soon" is not a length of time.', "90s, 10m, 2h"],
    [["submit", "x", "--task-id", "a/b"], `"a/b" cannot be a task's id.`, "8 to 128"],
    [["submit", "x", "--input", "{no"], "--input is not JSON", "--input @input.json"],
    [["submit", "x", "--metadata", "colour"], '"colour" is not a name and a value.', "--metadata name=value"],
    [["submit", "x", "--batch", "tasks.jsonl"], "--batch and a prompt exclude each other.", "lines of the file"],
    [
      ["submit", "--batch", "t.jsonl", "--task-id", "12345678"],
      "--batch and --task-id exclude each other.",
      "lines of the file",
    ],
    [
      ["submit", "--batch", "t.jsonl", "--concurrency", "0"],
      "Write a whole number from 1 to 500.",
      "See: ai-pipeline submit --help",
    ],
    [["dev", "--port", "70000"], "Write a whole number from 0 to 65535.", "See: ai-pipeline dev --help"],
    [["dev", "--speed", "fast"], "Write a number from", "See: ai-pipeline dev --help"],
    [["tasks", "show"], "Missing required argument 'taskId'.", "See: ai-pipeline tasks show --help"],
    [["smoke", "--limit", "flown=3s"], '"flown=3s" names no hop.', "--limit worked=60s"],
    [["submit", "x", "--stage", "Not A Stage"], '"Not A Stage" cannot be the name of a stage.', "lower-case letters"],
    [["plan", "--stage", "john.doe"], '"john.doe" cannot be the name of a stage.', "For example: --stage john-doe\n"],
    [["plan", "--stage", "José_de.la.Cruz.Martínez"], "cannot be", "For example: --stage jose-de-la-cruz-mart\n"],
    [["plan", "--stage", "42"], "cannot be the name of a stage.", "beginning with a letter.\n"],
    [
      ["tasks", "list", "--stage", "prod", "--app", "Nope!"],
      '"Nope!" cannot be the name of an app.',
      "lower-case letters",
    ],
    [["init"], "There is no folder to make the project in.", "ai-pipeline init my-app"],
  ])("%j", async (argv, message, hint) => {
    await using folder = await makeFolder();
    const { exitCode, stdout, stderr } = await run(argv, { cwd: folder.dir });
    expect(exitCode).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(`Error: `);
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
    expect(stderr).not.toMatch(/^\s+at .*\(?.*:\d+:\d+\)?$/m);
  });
});

test("with --json an error is one line on stdout", async () => {
  await using folder = await makeFolder();
  const { exitCode, stdout, stderr, events } = await run(["tasks", "list", "--json"], { cwd: folder.dir });
  expect({ exitCode, stderr, lines: stdout.split("\n").length }).toEqual({ exitCode: 1, stderr: "", lines: 2 });
  expect(events).toEqual([
    {
      v: 1,
      type: "error",
      code: "NOT_IN_PROJECT",
      message: "This folder is not in an ai-pipeline project: there is no ai-pipeline.config.ts here or above.",
      where: folder.dir,
      hint: [expect.stringContaining("init my-app"), "Or name a deployed stage: --app NAME --stage NAME"],
      exitCode: 1,
    },
  ]);
});

test("--debug shows the stack, which nothing else does", async () => {
  await using folder = await makeFolder();
  const [plain, debug] = await Promise.all([
    run(["tasks", "list"], { cwd: folder.dir }),
    run(["tasks", "list", "--debug"], { cwd: folder.dir }),
  ]);
  expect(plain.stderr).not.toContain("stage.ts");
  expect(debug.stderr).toContain("stage.ts");
});

test("the stage of the environment gives way to the flag", async () => {
  await using folder = await makeFolder();
  const env = { AI_PIPELINE_STAGE: "Bad Stage" };
  expect((await run(["tasks", "list"], { cwd: folder.dir, env })).stderr).toContain("at AI_PIPELINE_STAGE");
  expect((await run(["tasks", "list", "--stage", "local"], { cwd: folder.dir, env })).stderr).toContain(
    "not in an ai-pipeline project",
  );
});
