import { UsageError } from "../contract/errors.ts";
import type { SubmitRequest } from "../contract/task.ts";
import { TASK_ID_PATTERN } from "../contract/names.ts";
import { parseDuration } from "../lib/duration.ts";
import { invocation } from "../lib/installation.ts";
import { batch } from "../lib/submit/batch.ts";
import { openBatch } from "../lib/submit/lines.ts";
import { submit } from "../lib/submit/submit.ts";
import { type Cli, type CommandModule, presentation, show } from "./shared/cli.ts";
import { choiceOf, collect, examples, type StageFlags, stageFlags, whole } from "./shared/flags.ts";
import { readArgument, readJson, readPairs } from "./shared/input.ts";

interface SubmitFlags extends StageFlags {
  doc?: string;
  input?: string;
  user?: string;
  taskId?: string;
  callback?: string;
  metadata?: string[];
  watch?: boolean;
  wait?: boolean;
  timeout?: string;
  via: "api" | "queue";
  batch?: string;
  concurrency: number;
}

export const command: CommandModule = {
  configure(it, cli, done) {
    it.argument("[text]", "the prompt; - reads stdin, @file a file")
      .option("--doc <path>", "document to upload and refer to (or s3://bucket/key to refer to)")
      .option("--input <json>", "template-specific JSON; @file reads a file")
      .option("--user <id>", "user the task belongs to")
      .option("--task-id <id>", "id of the task; the same id is the same task")
      .option("--callback <url>", "address told when the task has ended (signed webhook)")
      .option("--metadata <k=v>", "kept with the task; may be repeated", collect)
      .option("--watch", "follow the task with its tokens; the result goes to stdout")
      .option("--wait", "follow the task without its tokens; without a running dev the local stage always does")
      .option("--timeout <time>", "how long to follow: 90s, 10m, 2h")
      .addOption(
        it
          .createOption("--via <way>", "through the HTTP API, or straight to the queue")
          .choices(["api", "queue"])
          .default("api"),
      )
      .option("--batch <file>", "submit each line of a JSONL file (- for stdin) as a task")
      .option("--concurrency <n>", "with --batch: tasks on their way at once", whole(1, 500), 10);
    stageFlags(it);
    examples(it, invocation(cli.place.installation, cli.place.cwd), [
      '$ submit "Summarize the attached report." --doc ./report.pdf --watch > summary.md',
      "git diff | $ submit - --wait",
      "$ submit --batch tasks.jsonl --wait --concurrency 20",
    ]);
    it.action(async (text: string | undefined, flags: SubmitFlags) =>
      done(await (flags.batch === undefined ? one(text, flags, cli) : many(text, flags.batch, flags, cli))),
    );
  },
};

async function one(text: string | undefined, flags: SubmitFlags, cli: Cli) {
  if (text === undefined) {
    throw new UsageError("There is no prompt.", {
      code: "PROMPT_MISSING",
      where: "submit [text]",
      hint: 'Write it after the command, or read it: submit "..." / submit - / submit @file',
    });
  }
  const input = {
    choice: choiceOf(flags),
    request: await requestOf(text, flags, cli),
    follow: flags.watch ? ("watch" as const) : flags.wait ? ("wait" as const) : ("none" as const),
    via: flags.via,
    ...(flags.doc === undefined ? {} : { document: flags.doc }),
    ...(flags.timeout === undefined ? {} : { timeoutMs: parseDuration(flags.timeout, "--timeout") }),
  };
  return show("submit", submit(input, cli.place), presentation(cli, flags));
}

async function requestOf(text: string, flags: SubmitFlags, cli: Cli): Promise<SubmitRequest> {
  if (flags.taskId !== undefined && !TASK_ID_PATTERN.test(flags.taskId)) {
    throw new UsageError(`"${flags.taskId}" cannot be a task's id.`, {
      code: "TASK_ID_INVALID",
      where: "--task-id",
      hint: "Use 8 to 128 of A-Z, a-z, 0-9, _ and -.",
    });
  }
  const prompt = await readArgument(text, cli, "submit [text]");
  if (prompt.trim() === "") {
    throw new UsageError("The prompt is empty.", {
      code: "PROMPT_EMPTY",
      where: text === "-" ? "stdin" : text,
      hint: "Give the task something to do.",
    });
  }
  if (flags.callback !== undefined)
    checkAddress(flags.callback, ["http:", "https:"], "--callback", "https://host/path");
  if (flags.doc !== undefined && /^[a-z0-9]+:\/\//i.test(flags.doc))
    checkAddress(flags.doc, ["s3:"], "--doc", "a file, or s3://bucket/key");
  return {
    prompt,
    ...(flags.taskId === undefined ? {} : { taskId: flags.taskId }),
    ...(flags.user === undefined ? {} : { userId: flags.user }),
    ...(flags.callback === undefined ? {} : { callbackUrl: flags.callback }),
    ...(flags.input === undefined ? {} : { input: await readJson(flags.input, cli, "--input") }),
    ...(flags.metadata === undefined ? {} : { metadata: readPairs(flags.metadata, "--metadata") }),
  };
}

/** Whether a stage permits the address is the stage's to say. */
function checkAddress(text: string, protocols: string[], where: string, form: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const hasKey = url?.protocol !== "s3:" || url.pathname.length > 1;
  if (url && protocols.includes(url.protocol) && url.hostname !== "" && hasKey) return;
  throw new UsageError(`"${text}" is no address that ${where} can take.`, {
    code: "ADDRESS_INVALID",
    where,
    hint: `Write ${form}.`,
  });
}

/** Flags that say something of one task: in a batch each line says it of its own. */
const OF_ONE: (keyof SubmitFlags)[] = ["doc", "input", "taskId", "callback", "metadata"];

async function many(text: string | undefined, file: string, flags: SubmitFlags, cli: Cli) {
  const extra = text === undefined ? OF_ONE.find((name) => flags[name] !== undefined) : "[text]";
  if (extra) {
    const flag =
      extra === "[text]" ? "a prompt" : `--${extra.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw new UsageError(`--batch and ${flag} exclude each other.`, {
      code: "BATCH_EXCLUDES",
      where: "--batch",
      hint: "Write it into the lines of the file instead.",
    });
  }
  const input = {
    choice: choiceOf(flags),
    source: await openBatch(file, cli.place.cwd, cli.io.stdin),
    concurrency: flags.concurrency,
    wait: flags.wait === true || flags.watch === true,
    via: flags.via,
    ...(flags.user === undefined ? {} : { userId: flags.user }),
    ...(flags.timeout === undefined ? {} : { timeoutMs: parseDuration(flags.timeout, "--timeout") }),
  };
  return show("batch", batch(input, cli.place), presentation(cli, flags));
}
