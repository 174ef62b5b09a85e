/**
 * Finds the line of a setting in its source, whatever the language: the keys of the path are looked for one after another,
 * each after the one before. Good for the object literals, JSON and YAML that configurations are.
 *
 * @param path such as `["queue", "maxAttempts"]`; a list's index is skipped.
 * @returns line and column from 1; undefined when the path's last key is not in the text.
 */
export function locateSetting(
  source: string,
  path: readonly PropertyKey[],
): { line: number; column: number } | undefined {
  const keys = path.filter((key) => typeof key === "string");
  const start = source.search(/export\s+default|module\.exports/);
  let position = Math.max(0, start);
  let found = -1;
  for (const key of keys) {
    const pattern = new RegExp(`(^|[\\s{,])(["']?)${escape(key)}\\2\\s*[:,(}\\n]`, "gm");
    pattern.lastIndex = position;
    const match = pattern.exec(source);
    if (!match) return undefined;
    found = match.index + (match[1]?.length ?? 0);
    position = pattern.lastIndex - 1;
  }
  if (found < 0) return undefined;
  const before = source.slice(0, found).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
