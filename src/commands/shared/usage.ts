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

/**
 * @param help the command that shows how it is right.
 * @returns what Commander found wrong as an error like every other.
 */
export function usageError(error: CommanderError, argv: readonly string[], help: string): UsageError {
  const [first = "", ...rest] = error.message.replace(/^error: /, "").split("\n");
  const suggestions = rest.filter((line) => line.trim() !== "").map((line) => line.replace(/^\((.*)\)$/, "$1"));
  return new UsageError(sentence(first.trim()).replace(/[.?!]\.$/, "."), {
    code: error.code
      .replace("commander.", "")
      .replaceAll(/([a-z])([A-Z])/g, "$1_$2")
      .toUpperCase(),
    where: ["ai-pipeline", ...argv].join(" "),
    hint: [...suggestions, `See: ${help}`],
  });
}
