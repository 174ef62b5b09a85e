import { createHash, randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { ExternalError } from "../../contract/errors.ts";
import { jsonIn, member } from "../../contract/json.ts";
import type { LeasedMessage } from "../../contract/queue.ts";

/** What tells one message from another, also one that failed anew. */
type Journaled = Pick<LeasedMessage, "messageId" | "sentAt">;

/** What a journal is of. */
export interface JournalHeader {
  /** Of this move; a resumed one keeps it. */
  id: string;
  source: string;
  destination: string;
  /** ISO 8601. */
  startedAt: string;
}

/**
 * What a move has sent. It is written before a message is deleted from its source, so that a move that was killed in
 * between deletes on its next run what it has sent, instead of sending it again. A message is known by its id and the time
 * it was sent: a task that failed anew is another message.
 */
export interface Journal {
  header: JournalHeader;
  /** Messages that were sent and, as far as is known, not deleted. */
  readonly pending: number;
  isSent(message: Journaled): boolean;
  /** Whether a run was about to send it and did not live to say that it did. */
  isUncertain(message: Journaled): boolean;
  sending(messages: readonly Journaled[]): Promise<void>;
  sent(messages: readonly Journaled[]): Promise<void>;
  deleted(messages: readonly Journaled[]): Promise<void>;
  /** A deduplication id for a FIFO destination: the same for the same message in the same move, on every try. */
  deduplicationId(message: Journaled): string;
  close(): Promise<void>;
  /** The move is done: nothing is left to know. */
  remove(): Promise<void>;
}

/** @returns the journal of an earlier move that did not end, if there is one. */
export async function findJournal(path: string): Promise<JournalHeader | undefined> {
  return (await read(path))?.header;
}

/** Begins a journal, mode 0600: it must not exist. */
export async function createJournal(
  path: string,
  move: { source: string; destination: string; startedAt: Date },
): Promise<Journal> {
  const header: JournalHeader = {
    id: randomUUID(),
    source: move.source,
    destination: move.destination,
    startedAt: move.startedAt.toISOString(),
  };
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, constants.O_APPEND | constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
  await file.appendFile(`${JSON.stringify(header)}\n`);
  return journalOf(path, header, new Map(), file);
}

/** Goes on with a journal. @throws ExternalError `JOURNAL_INVALID`. */
export async function resumeJournal(path: string): Promise<Journal> {
  const found = await read(path);
  if (!found) {
    throw new ExternalError("The journal of the earlier move cannot be read.", {
      code: "JOURNAL_INVALID",
      where: path,
      hint: "Without it, what was sent but not yet deleted would be sent again: look at it, then delete the file.",
    });
  }
  const file = await open(path, constants.O_APPEND | constants.O_WRONLY);
  await file.truncate(found.bytes);
  return journalOf(path, found.header, found.states, file);
}

/** Of a message that was not deleted yet. */
type State = "sending" | "sent";

function journalOf(path: string, header: JournalHeader, states: Map<string, State>, file: FileHandle): Journal {
  let pending = [...states.values()].filter((state) => state === "sent").length;
  const write = async (mark: State | "deleted", messages: readonly Journaled[]) => {
    if (messages.length === 0) return;
    await file.appendFile(messages.map((message) => `${mark} ${keyOf(message)}\n`).join(""));
    for (const message of messages) {
      if (mark === "deleted") states.delete(keyOf(message));
      else states.set(keyOf(message), mark);
    }
    if (mark !== "sending") pending += mark === "sent" ? messages.length : -messages.length;
  };
  return {
    header,
    get pending() {
      return pending;
    },
    isSent: (message) => states.get(keyOf(message)) === "sent",
    isUncertain: (message) => states.get(keyOf(message)) === "sending",
    sending: (messages) => write("sending", messages),
    sent: (messages) => write("sent", messages),
    deleted: (messages) => write("deleted", messages),
    deduplicationId: (message) =>
      createHash("sha256")
        .update(`${header.id} ${keyOf(message)}`)
        .digest("hex"),
    close: () => file.close(),
    async remove() {
      await file.close();
      await rm(path, { force: true });
    },
  };
}

const keyOf = ({ messageId, sentAt }: Journaled) => `${messageId} ${sentAt}`;

/** `bytes`: up to the end of the last whole line. */
async function read(
  path: string,
): Promise<{ header: JournalHeader; states: Map<string, State>; bytes: number } | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  const [first = "", ...lines] = text.split("\n");
  const header = headerOf(first);
  if (!header) return undefined;
  const states = new Map<string, State>();
  // What stands behind the last line break is empty, or a line that was cut.
  for (const line of lines.slice(0, -1)) {
    const space = line.indexOf(" ");
    const [mark, key] = [line.slice(0, space), line.slice(space + 1)];
    if (mark === "sending" || mark === "sent") states.set(key, mark);
    else states.delete(key);
  }
  return { header, states, bytes: Buffer.byteLength(text) - Buffer.byteLength(lines.at(-1) ?? "") };
}

function headerOf(line: string): JournalHeader | undefined {
  const value = jsonIn(line);
  const text = (name: string) => {
    const found = member(value, name);
    return typeof found === "string" ? found : undefined;
  };
  const [id, source, destination, startedAt] = [text("id"), text("source"), text("destination"), text("startedAt")];
  return id && source && destination && startedAt ? { id, source, destination, startedAt } : undefined;
}
