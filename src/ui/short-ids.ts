/** Commands take a task's id by its first eight characters at least. */
const SHORTEST = 8;

/** @returns what is shown of each id where there is no room for all of it: what tells it from the others. */
export function shortIds(ids: readonly string[]): Map<string, string> {
  return new Map(
    ids.map((id) => {
      let length = SHORTEST;
      while (length < id.length && ids.some((other) => other !== id && other.startsWith(id.slice(0, length)))) length++;
      return [id, id.slice(0, length)];
    }),
  );
}
