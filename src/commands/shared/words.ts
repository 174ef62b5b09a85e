import type { Argument, Command, Option } from "commander";

/** How far a command line that is still being written says what it means. */
export interface ReadWords {
  /** The innermost command that was named. */
  command: Command;
  /** The beginning of what is to be completed. */
  current: string;
  /** What stands before it in the same word: `--stage=`. */
  before: string;
  /** Set when the value of a flag is to be completed. */
  option?: Option;
  /** The argument that the word would be; absent when the command takes no more. */
  argument?: Argument;
  positionals: number;
  /** After `--` nothing is a flag. */
  optionsEnded: boolean;
  given: ReadonlySet<Option>;
  /** The values of the flags, by their long names. */
  values: ReadonlyMap<string, string>;
}

/** @param words those after the program's name; the last is the one to complete. */
export function readWords(program: Command, words: readonly string[]): ReadWords {
  const earlier = words.slice(0, -1);
  let current = words.at(-1) ?? "";
  let before = "";
  let command = program;
  let positionals = 0;
  let optionsEnded = false;
  let pending: Option | undefined;
  const given = new Set<Option>();
  const values = new Map<string, string>();
  for (const word of earlier) {
    if (pending) {
      values.set(pending.long ?? "", word);
      pending = undefined;
    } else if (optionsEnded) {
      positionals += 1;
    } else if (word === "--") {
      optionsEnded = true;
    } else if (word.startsWith("-") && word !== "-") {
      const [name, value] = splitFlag(word);
      const option = findOption(command, name);
      if (!option) continue;
      given.add(option);
      if (value !== undefined) values.set(option.long ?? "", value);
      else if (option.required) pending = option;
    } else {
      const sub = positionals === 0 ? command.commands.find((one) => one.name() === word) : undefined;
      if (sub) command = sub;
      // `help tasks list` names a command as `tasks list` does.
      else if (word !== "help" || command.commands.length === 0) positionals += 1;
    }
  }
  if (!pending && !optionsEnded && current.startsWith("--") && current.includes("=")) {
    const [name, value = ""] = splitFlag(current);
    pending = findOption(command, name);
    if (pending) {
      before = `${name}=`;
      current = value;
    }
  }
  const { registeredArguments } = command;
  const last = registeredArguments.at(-1);
  const argument = registeredArguments[positionals] ?? (last?.variadic ? last : undefined);
  return {
    command,
    current,
    before,
    ...(pending ? { option: pending } : {}),
    ...(argument ? { argument } : {}),
    positionals,
    optionsEnded,
    given,
    values,
  };
}

function splitFlag(word: string): [string, string?] {
  const equals = word.startsWith("--") ? word.indexOf("=") : -1;
  return equals < 0 ? [word] : [word.slice(0, equals), word.slice(equals + 1)];
}

function findOption(command: Command, name: string): Option | undefined {
  return command.options.find(({ long, short }) => long === name || short === name);
}
