import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { types } from "node:util";
import type { BuildOptions } from "esbuild";
import { lineAtFault, placeAt } from "./place.ts";

export interface FaultPlace {
  /** The file, with line and column where they are known. */
  where: string;
  /** Hints that show the line. */
  line: string[];
}

/**
 * Finds where a configuration, or what it imports, failed while it ran: the bundle is made once more, with its source map.
 *
 * @param options of the build whose code threw.
 */
export async function findFault(
  error: unknown,
  filepath: string,
  options: BuildOptions & { absWorkingDir: string },
): Promise<FaultPlace> {
  const missing = missingPackageName(error);
  try {
    return (
      (await (missing === undefined ? thrownAt(error, options) : importedAt(missing, filepath))) ?? {
        where: filepath,
        line: [],
      }
    );
  } catch {
    // A place is a help; that there is none must not hide the error itself.
    return { where: filepath, line: [] };
  }
}

/** @returns the package that was not found. */
export function missingPackageName(error: unknown): string | undefined {
  if (!types.isNativeError(error) || !("code" in error) || error.code !== "ERR_MODULE_NOT_FOUND") return undefined;
  return /^Cannot find package '([^']+)'/.exec(error.message)?.[1];
}

/** A frame in the bundle: imported from its text, or from a file beside the configuration. */
const FRAME = /(?:data:text\/javascript;base64,[\w+/=]*|[\\/]\.ai-pipeline[\\/]cache[\\/]config-\w+\.mjs):(\d+):(\d+)/;

async function thrownAt(
  thrown: unknown,
  options: BuildOptions & { absWorkingDir: string },
): Promise<FaultPlace | undefined> {
  const frame = types.isNativeError(thrown) ? FRAME.exec(thrown.stack ?? "") : null;
  if (!frame) return undefined;
  const [{ build }, { SourceMap }] = await Promise.all([import("esbuild"), import("node:module")]);
  const outfile = resolve(options.absWorkingDir, "config.mjs");
  const { outputFiles } = await build({ ...options, sourcemap: "external", write: false, outfile });
  const text = outputFiles.find(({ path }) => path.endsWith(".map"))?.text;
  if (text === undefined) return undefined;
  // oxlint-disable-next-line typescript/no-unsafe-argument -- a source map of esbuild's, as Node's own class takes it
  const entry = new SourceMap(JSON.parse(text)).findEntry(Number(frame[1]) - 1, Number(frame[2]) - 1);
  if (!("originalSource" in entry)) return undefined;
  const file = resolve(options.absWorkingDir, entry.originalSource);
  const place = `:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  return { where: file + place, line: lineAtFault(await readFile(file, "utf8"), place) };
}

/** The configuration's own import of a package; one of a file it imports is not looked for. */
async function importedAt(name: string, filepath: string): Promise<FaultPlace | undefined> {
  const source = await readFile(filepath, "utf8");
  const offset = source.search(new RegExp(`["']${name.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&")}["'/]`));
  if (offset < 0) return undefined;
  const place = placeAt(source, offset);
  return { where: filepath + place, line: lineAtFault(source, place) };
}
