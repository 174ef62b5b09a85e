import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { AbortError } from "../../contract/errors.ts";
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

/** @throws AbortError `BATCH_MISSING`. */
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
  return { file, total, lines: () => readLines(createReadStream(path)) };
}

/** Empty lines count, but hold no task. */
async function* readLines(stream: Readable): AsyncGenerator<BatchLine> {
  let line = 0;
  for await (const text of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
    line++;
    if (text.trim() !== "") yield { line, text };
  }
}

const FIELDS = ["taskId", "userId", "prompt", "documentReference", "callbackUrl", "input", "metadata"];

/** @returns the line's task, or what is wrong with it. The API checks the values. */
export function parseLine(text: string): { request: SubmitRequest } | { problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: `is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return { problem: 'is not a JSON object: write {"prompt": "..."}' };
  const unknown = Object.keys(value).find((key) => !FIELDS.includes(key));
  if (unknown) return { problem: `has a field "${unknown}"; a task has ${FIELDS.join(", ")}` };
  if (!isRequest(value)) return { problem: 'has no "prompt", or one that is not text' };
  return { request: value };
}

function isRequest(value: object): value is SubmitRequest {
  return "prompt" in value && typeof value.prompt === "string" && value.prompt.trim() !== "";
}
