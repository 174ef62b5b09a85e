import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import { AbortError } from "../../contract/errors.ts";
import { exportedLetterSchema } from "../../contract/schema/letter.ts";
import type { Carried } from "../mover/send.ts";

/** A file that an export has made. It is read as often as it is asked for, a line at a time. */
export interface ImportFile {
  /** Messages, without repeats. */
  count: number;
  /** Lines whose message an earlier line holds. */
  repeated: number;
  messages(): AsyncIterable<Carried>;
}

/** Lines that are named of those that are wrong. */
const NAMED = 5;

/**
 * Reads the whole file once, so that nothing is sent of one that is not whole.
 *
 * @throws AbortError `IMPORT_MISSING`, `IMPORT_INVALID`.
 */
export async function openImport(path: string): Promise<ImportFile> {
  const info = await stat(path).catch(() => undefined);
  if (!info?.isFile()) {
    throw new AbortError(`The file ${info ? "is a folder" : "does not exist"}.`, {
      code: "IMPORT_MISSING",
      where: path,
      hint: "Name a file that `dlq inspect --export` has written.",
    });
  }
  const problems: string[] = [];
  const keys = new Set<string>();
  let lines = 0;
  for await (const { number, text } of readLines(path)) {
    lines++;
    const message = parse(text);
    if (typeof message === "string") problems.push(`line ${number}: ${message}`);
    else keys.add(keyOf(message));
  }
  if (problems.length > 0) {
    const more = problems.length - NAMED;
    throw new AbortError(
      `${problems.length} ${problems.length === 1 ? "line holds" : "lines hold"} no message of an export.`,
      {
        code: "IMPORT_INVALID",
        where: path,
        hint: [
          ...problems.slice(0, NAMED),
          ...(more > 0 ? [`and ${more} more`] : []),
          "Nothing was sent. An export that was cut off ends with half a line: delete that line, its message was never removed.",
        ],
      },
    );
  }
  return {
    count: keys.size,
    repeated: lines - keys.size,
    async *messages() {
      const seen = new Set<string>();
      for await (const { text } of readLines(path)) {
        const message = parse(text);
        if (typeof message === "string" || seen.has(keyOf(message))) continue;
        seen.add(keyOf(message));
        yield message;
      }
    },
  };
}

const keyOf = ({ messageId, sentAt }: Carried) => `${messageId} ${sentAt}`;

async function* readLines(path: string): AsyncGenerator<{ number: number; text: string }> {
  let number = 0;
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    number++;
    if (text.trim() !== "") yield { number, text };
  }
}

/** @returns the line's message, or what is wrong with it. */
function parse(text: string): Carried | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "not JSON";
  }
  const parsed = exportedLetterSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return issue ? `${issue.path.join(".") || "the line"}: ${issue.message}` : "not a message";
  }
  const { v: _v, sentAt, attributes, ...message } = parsed.data;
  return {
    ...message,
    sentAt: Date.parse(sentAt),
    attributes: Object.fromEntries(
      Object.entries(attributes).map(([name, attribute]) => [
        name,
        "binary" in attribute ? { type: attribute.type, binary: Buffer.from(attribute.binary, "base64") } : attribute,
      ]),
    ),
  };
}
