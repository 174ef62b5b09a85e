import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { buffer as readAll } from "node:stream/consumers";
import { AbortError, UsageError } from "../../contract/errors.ts";
import { jsonOrText, parseJson } from "../../contract/json.ts";
import type { Json } from "../../contract/task.ts";
import type { Cli } from "./cli.ts";

/** @returns the text an argument means: `-` is stdin, `@file` a file, `@@...` a text that begins with @. */
export async function readArgument(value: string, cli: Cli, where: string): Promise<string> {
  if (value === "-") return decode(await readAll(cli.io.stdin), "stdin");
  if (value.startsWith("@@")) return value.slice(1);
  if (!value.startsWith("@")) return value;
  const path = resolve(cli.place.cwd, value.slice(1));
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new AbortError(`The file ${value.slice(1)} cannot be read: ${reasonOf(error)}.`, {
      code: "FILE_UNREADABLE",
      where,
      hint: "Name a file that is there after the @, or write @@ for a text that begins with @.",
      cause: error,
    });
  }
  return decode(bytes, value.slice(1));
}

/**
 * Bytes of another encoding would reach the model as other words, and nobody would see it.
 * @throws AbortError `NOT_UTF8`.
 */
export function decode(
  bytes: Uint8Array,
  where: string,
  hint = "Convert it (iconv -f LATIN1 -t UTF-8), or send it as a document: --doc FILE",
): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new AbortError(`What ${where} holds is not UTF-8.`, {
      code: "NOT_UTF8",
      where,
      hint,
      cause: error,
    });
  }
}

/** @returns the JSON that `--input` means: inline, `@file` or `-`. */
export async function readJson(value: string, cli: Cli, where: string): Promise<Json> {
  const text = await readArgument(value, cli, where);
  try {
    return parseJson(text);
  } catch (error) {
    throw new UsageError(`${where} is not JSON: ${reasonOf(error)}.`, {
      code: "JSON_INVALID",
      where: value.startsWith("@") ? value.slice(1) : where,
      hint: `Write it as JSON: ${where} '{"style":"short"}', or name a file: ${where} @input.json`,
    });
  }
}

/** @returns an object of `k=v` flags; a value that is JSON is taken as such. */
export function readPairs(pairs: string[], where: string): Record<string, Json> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf("=");
      if (equals < 1) {
        throw new UsageError(`"${pair}" is not a name and a value.`, {
          code: "PAIR_INVALID",
          where,
          hint: `Write ${where} name=value.`,
        });
      }
      return [pair.slice(0, equals), valueOf(pair.slice(equals + 1))];
    }),
  );
}

function valueOf(text: string): Json {
  return /^(true|false|null|-?\d+(\.\d+)?|[[{].*[\]}])$/s.test(text) ? jsonOrText(text) : text;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ("code" in error && error.code === "ENOENT") return "it does not exist";
  if ("code" in error && error.code === "EISDIR") return "it is a folder";
  return error.message;
}
