import { readJsonText } from "./json-text.ts";
import { lineAndColumn } from "./place.ts";

/**
 * Finds the line of a setting in its source, whatever the language: the keys of the path are looked for one after another,
 * each after the one before. Good for the object literals and YAML that configurations are; JSON is read.
 *
 * @param path such as `["queue", "maxAttempts"]`; a list's index is skipped.
 * @returns line and column from 1; undefined when the path's last key is not in the text.
 */
export function locateSetting(
  source: string,
  path: readonly PropertyKey[],
): { line: number; column: number } | undefined {
  const keys = path.filter((key) => typeof key === "string");
  if (source.trimStart().startsWith("{")) {
    const read = readJsonText(source);
    if ("names" in read) return nearestName(source, read.names, path.map(String));
  }
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
  return lineAndColumn(source, found);
}

/** An item of a list, or a member that is missing, stands in what has a name. */
function nearestName(source: string, names: Map<string, number>, path: string[]) {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const offset = names.get(path.slice(0, depth).join("."));
    if (offset !== undefined) return lineAndColumn(source, offset);
  }
  return undefined;
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
