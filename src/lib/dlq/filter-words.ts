import { shellWord } from "../../contract/shell-word.ts";
import type { LetterFilter } from "./filter.ts";

/** @returns the words of a command line that mean the same letters again. */
export function filterWords(
  { ids, tasks, error, since, until }: Omit<LetterFilter, "where">,
  where: string | undefined,
): string[] {
  const time = (flag: string, at: number | undefined) => (at === undefined ? [] : [flag, new Date(at).toISOString()]);
  return [
    ...(ids ?? []).map(shellWord),
    ...(tasks ?? []).flatMap((id) => ["--task", shellWord(id)]),
    ...(error === undefined ? [] : ["--error", shellWord(error)]),
    ...(where === undefined ? [] : ["--where", shellWord(where)]),
    ...time("--since", since),
    ...time("--until", until),
  ];
}
