import type { CommanderError } from "commander";
import { UsageError } from "../../contract/errors.ts";
import { EXIT, type ExitCode } from "../../contract/exit.ts";

export type { ExitCode };
export const COMPLETED: ExitCode = EXIT.completed;
export const USAGE: ExitCode = EXIT.usage;

/** @returns the text with a capital and a full stop. */
export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Where a command line was wrong. */
export interface WrongPlace {
  /** The command that was called, as far as it was named: ` secrets set`. */
  called: string;
  /** The command that shows how it is right. */
  help: string;
  /** What stands there may be a secret: then no word of it is repeated, and this is said beside. */
  unrepeated?: string;
}

/**
 * What was typed is not repeated as a whole: whoever typed it sees it, and what a shell or CI filled in may be nobody's business.
 * @returns what Commander found wrong as an error like every other.
 */
export function usageError({ message, code }: CommanderError, place: WrongPlace): UsageError {
  const suggestion = /\n\((Did you mean .*)\)$/.exec(message)?.[1];
  return new UsageError(sentence(problemOf(message, place).trim()).replace(/[.?!]\.$/, "."), {
    code: code
      .replace("commander.", "")
      .replaceAll(/([a-z])([A-Z])/g, "$1_$2")
      .toUpperCase(),
    where: `ai-pipeline${place.called}`,
    hint: [
      ...(suggestion === undefined ? [] : [suggestion]),
      ...(place.unrepeated === undefined ? [] : [place.unrepeated]),
      `See: ${place.help}`,
    ],
  });
}

function problemOf(message: string, { unrepeated }: WrongPlace): string {
  const text = message.replace(/^error: /, "");
  const [, many] = /^(too many arguments.* but got \d+): /.exec(text) ?? [];
  if (many !== undefined) return many;
  const [, unknown = "", word = ""] = /^(unknown (?:option|command)) '(.*)'/s.exec(text) ?? [];
  if (unknown === "") return text.split("\n")[0] ?? text;
  // The value after the equals sign is not what is unknown.
  return unrepeated === undefined ? `${unknown} '${word.split(/[=\n]/)[0]}'` : `there is an ${unknown}`;
}
