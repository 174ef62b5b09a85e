import { constants, createReadStream } from "node:fs";
import { open, rename } from "node:fs/promises";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { AbortError } from "../../contract/errors.ts";
import type { Cause } from "../../contract/operations/dlq.ts";
import type { LeasedMessage, MessageAttribute } from "../../contract/queue.ts";
import type { Workplace } from "../services.ts";

/** One line of an export: a message with everything that is known of it. A Binary value is base64. */
export interface ExportedLetter {
  v: 1;
  messageId: string;
  /** ISO 8601. */
  sentAt: string;
  receiveCount: number;
  /** Id of the queue it lay in. */
  queue: string;
  cause: Cause;
  body: string;
  attributes: Record<string, { type: string; text?: string; binary?: string }>;
  group?: string;
  deduplicationId?: string;
  trace?: string;
  system: Record<string, string>;
}

/** A file that takes messages as lines of JSON. */
export interface Export {
  path: string;
  add(message: LeasedMessage, cause: Cause): void;
  /** Writes what was added. */
  flush(): Promise<void>;
  /** Makes sure that what was written lies on the disk. */
  sync(): Promise<void>;
  /** Writes, makes sure, and ends. */
  close(): Promise<void>;
}

/**
 * Makes the file, mode 0600: messages may hold anything.
 *
 * @throws AbortError `FILE_EXISTS`: an export may be the only copy that is left of what it holds.
 */
export async function createExport(name: string, queue: string, { cwd }: Workplace): Promise<Export> {
  const path = resolve(cwd, name);
  const file = await open(
    path,
    constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_APPEND,
    0o600,
  ).catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    throw new AbortError(`The file ${name} exists.`, {
      code: "FILE_EXISTS",
      where: path,
      hint: "Name another: an export may be the only copy of the messages in it, and is never overwritten.",
    });
  });
  let lines: string[] = [];
  let writing: Promise<void> = Promise.resolve();
  const flush = () => {
    const text = lines.join("");
    lines = [];
    if (text !== "") writing = writing.then(() => file.appendFile(text));
    return writing;
  };
  return {
    path,
    add: (message, cause) => void lines.push(`${JSON.stringify(exported(message, cause, queue))}\n`),
    flush,
    sync: () => file.datasync(),
    async close() {
      try {
        await flush();
        await file.sync();
      } finally {
        await file.close();
      }
    },
  };
}

function exported(message: LeasedMessage, cause: Cause, queue: string): ExportedLetter {
  const { messageId, sentAt, receiveCount, body, attributes, group, deduplicationId, trace, system } = message;
  return {
    v: 1,
    messageId,
    sentAt: new Date(sentAt).toISOString(),
    receiveCount,
    queue,
    cause,
    body,
    attributes: asText(attributes),
    ...(group === undefined ? {} : { group }),
    ...(deduplicationId === undefined ? {} : { deduplicationId }),
    ...(trace === undefined ? {} : { trace }),
    system,
  };
}

/** @returns attributes as JSON holds them: a Binary value as base64. */
export function asText(
  attributes: Record<string, MessageAttribute>,
): Record<string, { type: string; text?: string; binary?: string }> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { type, text, binary }]) => [
      name,
      {
        type,
        ...(text === undefined ? {} : { text }),
        ...(binary === undefined ? {} : { binary: Buffer.from(binary).toString("base64") }),
      },
    ]),
  );
}

/** Leaves in an export only what is kept, with the causes that were found since it was written. */
export async function rewriteExport(path: string, kept: ReadonlyMap<string, Cause>): Promise<void> {
  const next = `${path}.${process.pid}`;
  const file = await open(next, "wx", 0o600);
  try {
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      const letter: unknown = JSON.parse(line);
      if (typeof letter !== "object" || letter === null || !("messageId" in letter)) continue;
      const cause = kept.get(String(letter.messageId));
      if (cause) await file.appendFile(`${JSON.stringify({ ...letter, cause })}\n`);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(next, path);
}
