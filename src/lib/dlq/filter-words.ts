import { shellWord } from "../../contract/shell-word.ts";
import type { LetterFilter } from "./filter.ts";

/** @returns the words of a command line that mean the same letters again, but for their ids: those are no flags. */
export function filterWords(
  { tasks, error, since, until }: Omit<LetterFilter, "where" | "ids">,
  where: string | undefined,
): string[] {
  const time = (flag: string, at: number | undefined) => (at === undefined ? [] : [flag, new Date(at).toISOString()]);
  return [
    ...(tasks ?? []).flatMap((id) => ["--task", shellWord(id)]),
    ...(error === undefined ? [] : ["--error", shellWord(error)]),
    ...(where === undefined ? [] : ["--where", shellWord(where)]),
    ...time("--since", since),
    ...time("--until", until),
  ];
}
