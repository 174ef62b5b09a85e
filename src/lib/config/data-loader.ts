import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { AbortError, messageOf } from "../../contract/errors.ts";
import { member, parseJson } from "../../contract/json.ts";
import { readJsonText } from "./json-text.ts";
import { lineAtFault, placeAt } from "./place.ts";

/** Loads a configuration in JSON. @throws AbortError `CONFIG_INVALID` with file, line, column and mend. */
export function loadJson(filepath: string, content: string): unknown {
  const text = content.startsWith("\uFEFF") ? content.slice(1) : content;
  if (text.trim() === "") return undefined;
  const read = readJsonText(text);
  if (!("fault" in read)) return parseJson(text);
  const place = placeAt(text, read.fault.offset);
  return fail(`The configuration is not JSON: ${read.fault.message}.`, filepath, place, lineAtFault(text, place));
}

/**
 * Loads one without an ending, which may be YAML or, as YAML takes it, JSON: what begins as JSON is told what JSON lacks.
 *
 * @param loadYaml throws errors of js-yaml, which mark the place.
 */
export function loadYamlOrJson(
  filepath: string,
  content: string,
  loadYaml: (filepath: string, content: string) => unknown,
): unknown {
  try {
    return loadYaml(filepath, content);
  } catch (error) {
    if (!content.trimStart().startsWith("{")) throw error;
    return loadJson(filepath, content);
  }
}

/** @returns what a parser's error says. */
export async function parserError(error: unknown): Promise<AbortError> {
  const file = member(error, "filepath");
  // cosmiconfig looks for settings of its own in package.json, by its own loader.
  if (typeof file === "string" && file.endsWith(".json")) {
    try {
      loadJson(file, await readFile(file, "utf8"));
    } catch (located) {
      if (located instanceof AbortError) return located;
    }
  }
  const mark = member(error, "mark");
  const [line, column, buffer] = [member(mark, "line"), member(mark, "column"), member(mark, "buffer")];
  const reason = member(error, "reason");
  const text = messageOf(error);
  const path = typeof file === "string" ? file : "ai-pipeline configuration";
  const place = typeof line === "number" && typeof column === "number" ? `:${line + 1}:${column + 1}` : "";
  const message = typeof reason === "string" ? reason : (text.split("\n")[0] ?? text);
  const hint = typeof buffer === "string" ? lineAtFault(buffer, place) : [];
  return invalid(`The configuration cannot be read: ${message}.`, path, place, hint, error);
}

function fail(message: string, file: string, place: string, hint: string[]): never {
  throw invalid(message, file, place, hint);
}

function invalid(message: string, file: string, place: string, hint: string[], cause?: unknown): AbortError {
  return new AbortError(message, {
    code: "CONFIG_INVALID",
    where: file + place,
    hint: [...hint, `Mend ${basename(file)} and run the command again.`],
    cause,
  });
}
