import { basename } from "node:path";
import type { Metafile } from "esbuild";

/** @returns what `index.js` of a build exports; undefined where only running it tells, as of CommonJS. */
export function exportsOf({ inputs, outputs }: Metafile): string[] | undefined {
  // A chunk that is imported late has an entry, too, and a hash in its name.
  const entry = Object.entries(outputs).find(([path]) => basename(path) === "index.js")?.[1];
  const isCommonJs = entry?.entryPoint !== undefined && inputs[entry.entryPoint]?.format === "cjs";
  return isCommonJs ? undefined : entry?.exports;
}
