import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { AbortError, messageOf, UsageError } from "../../contract/errors.ts";
import type { SubmitRequest } from "../../contract/task.ts";

export interface BatchLine {
  /** From 1. */
  line: number;
  text: string;
}

/** Where a batch comes from. */
export interface BatchSource {
  /** `-` for stdin. */
  file: string;
  /** Absent for a stream, which is read once. */
  total?: number;
  lines(): AsyncIterable<BatchLine>;
}

/** @throws AbortError `BATCH_MISSING`, UsageError `BATCH_EMPTY`; a stream is known to be empty only when it was read. */
export async function openBatch(file: string, cwd: string, stdin: Readable): Promise<BatchSource> {
  if (file === "-") return { file, lines: () => readLines(stdin) };
  const path = resolve(cwd, file);
  const info = await stat(path).catch(() => undefined);
  if (!info?.isFile()) {
    throw new AbortError(`The batch ${file} ${info ? "is not a file" : "does not exist"}.`, {
      code: "BATCH_MISSING",
      where: path,
      hint: 'Name a file of JSON lines, one task each: {"prompt": "..."}',
    });
  }
  let total = 0;
  for await (const _ of readLines(createReadStream(path))) total++;
  if (total === 0) throw emptyBatch(file);
  return { file, total, lines: () => readLines(createReadStream(path)) };
}

/** A batch without a task is a mistake: of the file's name, or of what was to write it. */
export function emptyBatch(file: string): UsageError {
  return new UsageError(`${file === "-" ? "stdin" : `The batch ${file}`} holds no task.`, {
    code: "BATCH_EMPTY",
    where: file === "-" ? "stdin" : file,
    hint: 'Write one task a line, such as {"prompt": "..."}; empty lines do not count.',
  });
}

/** Empty lines count, but hold no task. */
async function* readLines(stream: Readable): AsyncGenerator<BatchLine> {
  let line = 0;
  for await (const raw of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
    line++;
    // Some editors begin a file with a byte order mark, which JSON does not know.
    const text = line === 1 ? raw.replace(/^\uFEFF/, "") : raw;
    if (text.trim() !== "") yield { line, text };
  }
}

const FIELDS = ["taskId", "userId", "prompt", "documentReference", "callbackUrl", "input", "metadata"];

/** Why a line is no task. */
export interface LineProblem {
  /** Part of the `--json` output. */
  code: "NOT_JSON" | "NOT_AN_OBJECT" | "UNKNOWN_FIELD" | "NO_PROMPT";
  /** The same for every line that is wrong in the same way. */
  problem: string;
  /** What is wrong with this line alone. */
  detail?: string;
}

/** @returns the line's task, or what is wrong with it. The API checks the values. */
export function parseLine(text: string): { request: SubmitRequest } | LineProblem {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { code: "NOT_JSON", problem: "not JSON", detail: messageOf(error) };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return { code: "NOT_AN_OBJECT", problem: 'not a JSON object: write {"prompt": "..."}' };
  const unknown = Object.keys(value).find((key) => !FIELDS.includes(key));
  if (unknown !== undefined)
    return { code: "UNKNOWN_FIELD", problem: `unknown field "${unknown}"; a task has ${FIELDS.join(", ")}` };
  if (!isRequest(value)) return { code: "NO_PROMPT", problem: 'no "prompt", or one that is not text' };
  return { request: value };
}

function isRequest(value: object): value is SubmitRequest {
  return "prompt" in value && typeof value.prompt === "string" && value.prompt.trim() !== "";
}
