import type { Command } from "commander";
import type { Cli, CommandModule } from "./commands/shared/cli.ts";
import { COMPLETED, type ExitCode, USAGE, sentence, usageError, type WrongPlace } from "./commands/shared/usage.ts";

/** A command or a group of them. Only the one that is called is loaded: each brings its own dependencies. */
type Load = () => Promise<{ command: CommandModule }>;
/** `unrepeated`: what to say where a word of the command line may be a secret, and is not repeated. */
type Entry = { name: string; summary: string; unrepeated?: string } & (
  | { load: Load }
  /** `alone`: what the group does without a command of it; absent: its help. */
  | { children: Entry[]; alone?: Load }
);

const COMMANDS: Entry[] = [
  { name: "init", summary: "make a project from a template", load: () => import("./commands/init.ts") },
  { name: "dev", summary: "run the project on the embedded AWS stack", load: () => import("./commands/dev.ts") },
  { name: "submit", summary: "submit a task, or many", load: () => import("./commands/submit.ts") },
  { name: "watch", summary: "follow one task or all", load: () => import("./commands/watch.ts") },
  { name: "status", summary: "show how a stage fares", load: () => import("./commands/status.ts") },
  { name: "pause", summary: "stop taking tasks from the queue", load: () => import("./commands/pause.ts") },
  { name: "resume", summary: "take tasks from the queue again", load: () => import("./commands/resume.ts") },
  {
    name: "concurrency",
    summary: "limit how many tasks run at once",
    children: [
      {
        name: "set",
        summary: "set the limit while the stage runs",
        load: () => import("./commands/concurrency/set.ts"),
      },
    ],
  },
  { name: "logs", summary: "read the functions' logs, or follow them", load: () => import("./commands/logs.ts") },
  {
    name: "tasks",
    summary: "list, show, cancel and run tasks again",
    children: [
      { name: "list", summary: "list tasks, newest first", load: () => import("./commands/tasks/list.ts") },
      { name: "show", summary: "show all that is known of a task", load: () => import("./commands/tasks/show.ts") },
      { name: "cancel", summary: "cancel a task", load: () => import("./commands/tasks/cancel.ts") },
      {
        name: "forget",
        summary: "remove all that a stage keeps of a user",
        load: () => import("./commands/tasks/forget.ts"),
      },
      { name: "retry", summary: "run a task that has ended again", load: () => import("./commands/tasks/retry.ts") },
      {
        name: "run",
        summary: "run a copy of a task on the local stack",
        load: () => import("./commands/tasks/run.ts"),
      },
    ],
  },
  {
    name: "dlq",
    summary: "look at dead letters and send them back",
    alone: () => import("./commands/dlq/desk.ts"),
    children: [
      { name: "list", summary: "list dead-letter queues", load: () => import("./commands/dlq/list.ts") },
      {
        name: "inspect",
        summary: "tell why dead letters are there, by cause",
        load: () => import("./commands/dlq/inspect.ts"),
      },
      { name: "show", summary: "show all that is known of one", load: () => import("./commands/dlq/show.ts") },
      {
        name: "redrive",
        summary: "move dead letters back to their queue",
        load: () => import("./commands/dlq/redrive.ts"),
      },
      {
        name: "replay",
        summary: "run dead letters again with a change",
        load: () => import("./commands/dlq/replay.ts"),
      },
      { name: "import", summary: "put exported messages back", load: () => import("./commands/dlq/import.ts") },
      {
        name: "purge",
        summary: "empty a dead-letter queue, with a copy",
        load: () => import("./commands/dlq/purge.ts"),
      },
    ],
  },
  { name: "smoke", summary: "prove that a stage works, hop by hop", load: () => import("./commands/smoke.ts") },
  {
    name: "faults",
    summary: "make the running local stack fail on purpose",
    children: [
      { name: "set", summary: "set faults", load: () => import("./commands/faults/set.ts") },
      { name: "list", summary: "list the faults in force", load: () => import("./commands/faults/list.ts") },
      { name: "clear", summary: "clear one fault or all", load: () => import("./commands/faults/clear.ts") },
    ],
  },
  {
    name: "build",
    summary: "pack the functions and what infrastructure is told",
    load: () => import("./commands/build.ts"),
  },
  { name: "bootstrap", summary: "make what an account needs once", load: () => import("./commands/bootstrap.ts") },
  { name: "plan", summary: "show what a deployment would change", load: () => import("./commands/plan.ts") },
  { name: "deploy", summary: "deploy a stage", load: () => import("./commands/deploy.ts") },
  { name: "destroy", summary: "remove a stage", load: () => import("./commands/destroy.ts") },
  {
    name: "stages",
    summary: "list deployed stages and compare them",
    children: [
      { name: "list", summary: "list the stages of an account", load: () => import("./commands/stages/list.ts") },
      { name: "diff", summary: "compare how two stages are set", load: () => import("./commands/stages/diff.ts") },
    ],
  },
  { name: "output", summary: "print what a stage says of itself", load: () => import("./commands/output.ts") },
  { name: "open", summary: "open a stage in AWS's console", load: () => import("./commands/open.ts") },
  {
    name: "iam",
    summary: "print the least permissions that a role needs",
    children: [{ name: "policy", summary: "print an IAM policy", load: () => import("./commands/iam/policy.ts") }],
  },
  {
    name: "secrets",
    summary: "set, list and remove a stage's secrets",
    unrepeated: "What was typed is not repeated here. A secret's value is given on stdin, or typed when asked.",
    children: [
      {
        name: "set",
        summary: "write a secret, from stdin or a prompt",
        load: () => import("./commands/secrets/set.ts"),
      },
      { name: "list", summary: "list the names of secrets", load: () => import("./commands/secrets/list.ts") },
      { name: "unset", summary: "remove a secret", load: () => import("./commands/secrets/unset.ts") },
    ],
  },
  { name: "completion", summary: "complete command lines in a shell", load: () => import("./commands/completion.ts") },
];

const DESCRIPTION = "Asynchronous LLM pipelines on serverless functions: from an empty folder to an\noperated stage.";

/**
 * Runs one command line.
 *
 * @param argv what stands after the program's name.
 * @param invocation the command that works here, for help and hints.
 * @returns what to exit with.
 * @throws UsageError for a command line that is wrong, and what the command throws.
 */
export async function runProgram(argv: readonly string[], cli: Cli, invocation: string): Promise<ExitCode> {
  if (argv.length === 0) {
    cli.io.stderr.write(rootHelp(invocation));
    return USAGE;
  }
  if (argv.length === 1 && ["--help", "-h", "help"].includes(argv[0] ?? "")) {
    cli.io.stdout.write(rootHelp(invocation));
    return COMPLETED;
  }
  if (argv[0] === "__complete") {
    const { complete } = await import("./commands/shared/complete.ts");
    await complete(argv.slice(1), cli, (words) => createProgram(words, cli, invocation, () => {}));
    return COMPLETED;
  }
  const { CommanderError } = await import("commander");
  let exitCode = COMPLETED;
  const program = await createProgram(argv, cli, invocation, (code) => (exitCode = code));
  try {
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return COMPLETED;
    // Only a group was named: its help was printed.
    if (error.code === "commander.help") return USAGE;
    throw usageError(error, placeOf(argv, invocation));
  }
  return exitCode;
}

/** @returns the program's help, as Commander would write it, without the time that loading Commander takes. */
function rootHelp(invocation: string): string {
  const options = [
    ["-V, --version", "output the version number"],
    ["-h, --help", "display help for command"],
  ];
  const commands = [
    ...COMMANDS.map(({ name, summary }) => [name, summary]),
    ["help [command]", "display help for command"],
  ];
  const lines = (rows: string[][]) => rows.map(([term = "", text]) => `  ${term.padEnd(14)}  ${text}`).join("\n");
  return `Usage: ai-pipeline [options] [command]\n\n${DESCRIPTION}\n\nOptions:\n${lines(options)}\n\nCommands:\n${lines(commands)}\n${rootExamples(invocation)}\n`;
}

const rootExamples = (invocation: string) =>
  `\nExamples:\n  ${invocation} init my-app\n  ${invocation} dev\n  ${invocation} submit "Summarize the attached report." --doc report.pdf --watch`;

/** @returns the whole tree, with the flags of the command that `argv` calls. */
export async function createProgram(
  argv: readonly string[],
  cli: Cli,
  invocation: string,
  done: (code: ExitCode) => void,
): Promise<Command> {
  const { Command: Program } = await import("commander");
  // `help tasks list`, `tasks help list` and `tasks list --help` all need the command's flags.
  const path = argv.filter((word) => !word.startsWith("-") && word !== "help");
  const program = new Program("ai-pipeline")
    .description(DESCRIPTION)
    .version(cli.place.installation.version, "-V, --version")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void cli.io.stdout.write(text),
      writeErr: (text) => void cli.io.stderr.write(text),
      // A wrong command line is shown as every other error is.
      outputError: () => {},
    })
    .showSuggestionAfterError()
    .addHelpText("after", rootExamples(invocation));
  await addEntries(program, COMMANDS, path, cli, done);
  return program;
}

async function addEntries(
  parent: Command,
  entries: Entry[],
  path: string[],
  cli: Cli,
  done: (code: ExitCode) => void,
): Promise<void> {
  for (const entry of entries) {
    const command = parent.command(entry.name).description(sentence(entry.summary)).summary(entry.summary);
    if (entry.name !== path[0]) continue;
    if ("children" in entry) {
      await addEntries(command, entry.children, path.slice(1), cli, done);
      if (entry.alone && !entry.children.some(({ name }) => name === path[1]))
        (await entry.alone()).command.configure(command, cli, done);
      continue;
    }
    const module = await entry.load();
    module.command.configure(command, cli, done);
  }
}

/** @returns which command a wrong command line called. */
function placeOf(argv: readonly string[], invocation: string): WrongPlace {
  const [first, second] = argv.filter((word) => !word.startsWith("-"));
  const entry = COMMANDS.find(({ name }) => name === first);
  const child = entry && "children" in entry ? entry.children.find(({ name }) => name === second) : undefined;
  const called = [entry, child].map((found) => (found ? ` ${found.name}` : "")).join("");
  const { unrepeated } = entry ?? {};
  return { called, help: `${invocation}${called} --help`, ...(unrepeated === undefined ? {} : { unrepeated }) };
}
