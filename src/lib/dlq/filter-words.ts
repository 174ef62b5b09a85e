import type { LetterFilter } from "./filter.ts";

/** @returns a text as a shell takes it for one word. */
export const quoted = (text: string) =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** @returns the words of a command line that mean the same letters again. */
export function filterWords(
  { ids, tasks, error, since, until }: Omit<LetterFilter, "where">,
  where: string | undefined,
): string[] {
  const time = (flag: string, at: number | undefined) => (at === undefined ? [] : [flag, new Date(at).toISOString()]);
  return [
    ...(ids ?? []),
    ...(tasks ?? []).flatMap((id) => ["--task", id]),
    ...(error === undefined ? [] : ["--error", quoted(error)]),
    ...(where === undefined ? [] : ["--where", quoted(where)]),
    ...time("--since", since),
    ...time("--until", until),
  ];
}
