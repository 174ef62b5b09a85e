import type { Argument, Command, Option } from "commander";
import { type Candidate, findValues, type ValueKind } from "../../lib/completion/values.ts";
import type { StageChoice } from "../../lib/stage.ts";
import { oneLine } from "../../ui/format.ts";
import type { Cli } from "./cli.ts";
import { readWords, type ReadWords } from "./words.ts";

/** A shell waits for this while someone looks at it: what is not known by then is left out. Milliseconds. */
const PATIENCE_MS = 1000;

const BY_FLAG: Record<string, ValueKind> = {
  "--task": "task",
  "--stage": "stage",
  "--function": "function",
  "--profile": "profile",
  "--template": "template",
};
/** Of an argument, or of the value of a flag that is not named above. */
const BY_PLACEHOLDER: Record<string, ValueKind> = { taskId: "task", queue: "queue", "queue or stage": "stage" };
/** Where only some tasks make sense. */
const NARROWED: Record<string, ValueKind> = {
  "tasks cancel": "live-task",
  "tasks run": "dead-task",
  "dlq redrive": "dead-task",
  "dlq replay": "dead-task",
  "dlq show": "dead-task",
};

/**
 * Prints what may stand at the end of a command line, one a line with a tab before what it is; `:files` or `:directories`
 * leave that to the shell. Whatever goes wrong, it prints less: nothing it says may end up between a shell and its user.
 *
 * @param argv the shell's name, then the words after the program's name; the last, often empty, is the one to complete.
 * @param tree makes the commands, with the flags of the one that the words call.
 */
export async function complete(
  argv: readonly string[],
  cli: Cli,
  tree: (words: readonly string[]) => Promise<Command>,
): Promise<void> {
  const [shell = "", ...rest] = argv;
  const words = shell === "bash" ? joinAssignments(rest) : rest;
  try {
    const read = readWords(await tree(words.slice(0, -1)), words);
    // Bash takes the equals sign for a break between words, and wants what comes after it alone.
    const before = shell === "bash" ? "" : read.before;
    const answer = await answerFor(read, cli);
    if (typeof answer === "string") return void cli.io.stdout.write(`${answer}\n`);
    const lines = answer
      .filter(({ value }) => value.startsWith(read.current))
      .map(({ value, description }) => `${before}${value}${description ? `\t${oneLine(description, 60)}` : ""}\n`);
    cli.io.stdout.write(lines.join(""));
  } catch {
    // Nothing is a good answer, too.
  }
}

async function answerFor(read: ReadWords, cli: Cli): Promise<Candidate[] | ":files" | ":directories"> {
  const { current, option, argument } = read;
  if (option) return valuesOf(option, read, cli);
  if (current.startsWith("-") && !read.optionsEnded) return optionsOf(read);
  const names = subcommandsOf(read);
  // A word that names no command of the group leads nowhere.
  if (names.length > 0) return read.positionals > 0 ? [] : names;
  if (!argument) return read.optionsEnded ? [] : optionsOf(read);
  return valuesOf(argument, read, cli);
}

async function valuesOf(
  slot: Option | Argument,
  { command, ...read }: ReadWords,
  cli: Cli,
): Promise<Candidate[] | ":files" | ":directories"> {
  if (slot.argChoices) return slot.argChoices.map((value) => ({ value }));
  const placeholder = "flags" in slot ? (/[<[](.+?)[\]>]/.exec(slot.flags)?.[1] ?? "") : slot.name();
  const kind = ("flags" in slot ? BY_FLAG[slot.long ?? ""] : undefined) ?? BY_PLACEHOLDER[placeholder];
  if (kind) return patiently(findValues(narrowed(kind, command), choiceOf(read.values), cli.place), cli);
  if (/^(file|path)$/.test(placeholder)) return ":files";
  return placeholder === "directory" ? ":directories" : [];
}

function narrowed(kind: ValueKind, command: Command): ValueKind {
  return kind === "task" ? (NARROWED[`${command.parent?.name()} ${command.name()}`] ?? kind) : kind;
}

/** Flags that were given already are left out, but for those that may be repeated. */
function optionsOf({ command, given }: ReadWords): Candidate[] {
  const own = command.options.filter((option) => !option.hidden && (!given.has(option) || takesSeveral(option)));
  return [
    ...own.map(({ long, short, description }) => ({ value: long ?? short ?? "", description })),
    { value: "--help", description: "display help for command" },
  ];
}

const takesSeveral = ({ variadic, description }: Option) => variadic || /several times|repeated/.test(description);

function subcommandsOf({ command }: ReadWords): Candidate[] {
  const own = command.commands.map((sub) => ({ value: sub.name(), description: sub.summary() }));
  return own.length > 0 ? [...own, { value: "help", description: "display help for command" }] : [];
}

/** @returns the stage that the words name so far. */
function choiceOf(values: ReadWords["values"]): StageChoice {
  const flags = ["--stage", "--app", "--profile", "--region", "--endpoint-url"];
  const [stage, app, profile, region, endpointUrl] = flags.map((flag) => values.get(flag));
  return {
    ...(stage ? { stage } : {}),
    ...(app ? { app } : {}),
    ...(profile ? { profile } : {}),
    ...(region ? { region } : {}),
    ...(endpointUrl ? { endpointUrl } : {}),
  };
}

async function patiently(values: Promise<Candidate[]>, { place }: Cli): Promise<Candidate[]> {
  const late = place.clock.sleep(PATIENCE_MS, place.signal).then(() => []);
  values.catch(() => undefined);
  return Promise.race([values, late]);
}

/** Bash hands `--stage=prod` over as three words. */
function joinAssignments(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const [index, word] of words.entries()) {
    const last = joined.at(-1);
    const continues = word === "=" ? last?.startsWith("--") : words[index - 1] === "=" && last?.endsWith("=");
    if (last !== undefined && continues) joined[joined.length - 1] = last + word;
    else joined.push(word);
  }
  return joined;
}
