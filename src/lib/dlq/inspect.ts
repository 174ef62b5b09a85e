import { namesAndFlags, shellWord } from "../../contract/shell-word.ts";
import { counted } from "../../contract/counted.ts";
import { AuthorizationError, PipelineError, UsageError } from "../../contract/errors.ts";
import { EXIT } from "../../contract/exit.ts";
import type {
  Cause,
  DeadLetter,
  DlqInspectEvent,
  DlqInspectSummary,
  LogsProgress,
  LogsTold,
} from "../../contract/operations/dlq.ts";
import type { QueueFunctions } from "../../contract/ports.ts";
import type { LeasedMessage } from "../../contract/queue.ts";
import type { TaskSummary } from "../../contract/record.ts";
import { thousands } from "../../contract/thousands.ts";
import { invocation } from "../installation.ts";
import { interruptedExit } from "../interrupt.ts";
import type { Workplace } from "../services.ts";
import { isUntold } from "./cause.ts";
import { createExport, rewriteExport } from "./export.ts";
import { isMeant, type LetterFilter, meansAll } from "./filter.ts";
import {
  createGrouping,
  type Grouping,
  letterOfMessage,
  letterOfRecord,
  readRecords,
  recordsSuffice,
} from "./groups.ts";
import { enterLetters, type KnownQueue, type Letters, type LettersChoice, lettersFlags } from "./letters.ts";
import { readLogCauses } from "./log-causes.ts";
import { scanMessages } from "./scan.ts";

export interface InspectInput {
  choice: LettersChoice;
  /** Which of them are told and written; all, when nothing is left out. */
  filter: Pick<LetterFilter, "ids" | "error">;
  /** On a stage: look at the messages, not at the records. */
  scan: boolean;
  /** Also tell each letter. */
  letters: boolean;
  /** Also look for causes in the logs of the functions that took the messages. */
  logs: boolean;
  /** File that takes all messages whole. */
  exportTo?: string;
}

type Outcome = Pick<DlqInspectSummary, "by" | "seen" | "about" | "scan" | "logs" | "note"> & { written?: string };

/** Counts a letter; `at` is when its message was sent, where that is not when the letter says. Epoch milliseconds. */
type Note = (letter: DeadLetter, at?: number) => void;

/**
 * Tells why dead letters are there, by cause. A stage's records tell without a receive; the messages themselves are looked
 * at where they are exported, and where records are missing: all, or those of a few.
 */
export async function* inspect(input: InspectInput, place: Workplace): AsyncGenerator<DlqInspectEvent> {
  const began = place.clock.now();
  const letters = yield* enterLetters(input.choice, place, { change: false });
  try {
    if (input.logs && !letters.functions) throw recordsTell(input.choice, place);
    const grouping = createGrouping();
    const sent = { first: Infinity };
    let meant = 0;
    const note: Note = (letter, at = Date.parse(letter.sentAt)) => {
      meant++;
      grouping.add(letter);
      sent.first = Math.min(sent.first, at);
    };
    const byMessages = !letters.stage || input.scan || input.exportTo !== undefined;
    const { written, ...outcome }: Outcome = byMessages
      ? yield* lookAtMessages(input, letters, note, place)
      : yield* lookAtRecords(input, letters, note, place);
    const groups = grouping.groups();
    yield* groups;
    const { retentionSeconds } = letters.deadLetterQueue;
    const firstExpiry =
      retentionSeconds !== undefined && meant > 0
        ? { firstExpiry: new Date(sent.first + retentionSeconds * 1000).toISOString() }
        : {};
    yield {
      type: "summary",
      operation: "dlq-inspect",
      exitCode: place.signal.aborted ? interruptedExit(place.signal) : EXIT.completed,
      queue: letters.deadLetterQueue.queue,
      ...outcome,
      ...(meansAll(input.filter) ? {} : { meant }),
      ...(written === undefined ? {} : { exported: { path: written, letters: meant } }),
      groups: groups.length,
      ...firstExpiry,
      next: nextCommands(input.choice, grouping, place),
      elapsedMs: place.clock.now() - began,
    };
  } finally {
    await letters.close();
  }
}

/** What the records tell, without a receive; where they do not tell of all, what the messages tell. */
async function* lookAtRecords(
  input: InspectInput,
  letters: Letters,
  note: Note,
  place: Workplace,
): AsyncGenerator<DlqInspectEvent, Outcome> {
  const { stage, queue, deadLetterQueue } = letters;
  const stats = await queue.stats(deadLetterQueue.queue);
  const about = stats.visible + stats.inFlight + stats.delayed;
  const records: TaskSummary[] = [];
  if (stage && about > 0) for await (const record of stage.reader.deadLettered()) records.push(record);
  if (recordsSuffice(records.length, about)) return yield* countRecords(input, records, about, note);
  try {
    return yield* lookAtMessages(input, letters, note, place);
  } catch (error) {
    // Who may read records need not be permitted to receive: the first one was refused, and nothing counted yet.
    if (!(error instanceof AuthorizationError)) throw error;
    return yield* countRecords(input, records, about, note);
  }
}

async function* countRecords(
  input: InspectInput,
  records: readonly TaskSummary[],
  about: number,
  note: Note,
): AsyncGenerator<DeadLetter, Outcome> {
  const seen = records.length;
  for (const record of records) {
    const letter = letterOfRecord(record);
    if (!isMeant(input.filter, letter)) continue;
    // A redriven task's message is younger than the task; how old it is, only it knows.
    note(letter, record.generation > 1 ? Date.parse(record.updatedAt) : undefined);
    if (input.letters) yield letter;
  }
  const doubt =
    seen < about
      ? `${counted(about - seen, "of them has", "of them have")} no record that calls them dead: --scan looks at the messages themselves`
      : seen > about
        ? `${seen - about === 1 ? "the record of 1 more says that it is dead, whose message is" : `the records of ${thousands(seen - about)} more say that they are dead, whose messages are`} gone or moved: --scan looks at the messages themselves`
        : undefined;
  return { by: "records", seen, about, ...(doubt === undefined ? {} : { note: doubt }) };
}

/** What the messages tell, and the records of those that are tasks. */
async function* lookAtMessages(
  input: InspectInput,
  { stage, queue, deadLetterQueue, sources, functions }: Letters,
  note: Note,
  place: Workplace,
): AsyncGenerator<DlqInspectEvent, Outcome> {
  const lookup = stage && (await readRecords(stage.reader)).lookup;
  const file = input.exportTo === undefined ? undefined : await createExport(input.exportTo, deadLetterQueue.id, place);
  const told: DeadLetter[] = [];
  /** With logs, what is meant is known when they were read. */
  const waiting: DeadLetter[] = [];
  const see = async (messages: LeasedMessage[]) => {
    for (const message of messages) {
      const letter = await letterOfMessage(message, lookup);
      if (input.logs) waiting.push(letter);
      else if (!isMeant(input.filter, letter, message)) continue;
      else note(letter);
      if (input.letters && !input.logs) told.push(letter);
      file?.add(message, letter.cause);
    }
    await file?.flush();
    return false;
  };
  try {
    const scanning = scanMessages({ queue, deadLetterQueue, clock: place.clock, signal: place.signal, see });
    let step = await scanning.next();
    for (; !step.done; step = await scanning.next()) {
      yield step.value;
      yield* told.splice(0);
    }
    yield* told.splice(0);
    const logs = input.logs && functions ? yield* causesFromLogs(waiting, functions, sources, place) : undefined;
    const kept = new Map<string, Cause>();
    for (const letter of waiting) {
      if (!isMeant(input.filter, letter)) continue;
      note(letter);
      if (input.letters) yield letter;
      if (letter.messageId !== undefined) kept.set(letter.messageId, letter.cause);
    }
    if (file && logs) {
      await file.flush();
      await rewriteExport(file.path, kept);
    }
    const { seen, about, ...scan } = step.value;
    const doubt = fifoNote(deadLetterQueue.fifo, seen, about);
    return {
      by: "messages",
      seen,
      about,
      scan,
      ...(logs ? { logs } : {}),
      ...(file ? { written: file.path } : {}),
      ...(doubt === undefined ? {} : { note: doubt }),
    };
  } finally {
    await file?.close();
  }
}

/** Fills in the causes of letters that tell none themselves. */
async function* causesFromLogs(
  letters: DeadLetter[],
  functions: QueueFunctions,
  sources: readonly KnownQueue[],
  place: Workplace,
): AsyncGenerator<LogsProgress, LogsTold> {
  const untold = letters.filter(({ cause }) => isUntold(cause));
  try {
    const { causes, told } = yield* readLogCauses(untold, functions, sources, place);
    for (const letter of untold) {
      const cause = letter.messageId === undefined ? undefined : causes.get(letter.messageId);
      if (cause) letter.cause = cause;
    }
    return told;
  } catch (error) {
    if (!(error instanceof PipelineError) || place.signal.aborted) throw error;
    // What the messages told is worth telling all the same.
    return { functions: [], lines: 0, matched: 0, others: [], unknown: error.message };
  }
}

function recordsTell(choice: LettersChoice, place: Workplace): UsageError {
  return new UsageError("On a stage the tasks' records tell why; --logs is for queues that have none.", {
    code: "LOGS_NEED_QUEUE",
    where: "--logs",
    hint: [
      "Leave it out, or name a queue: --queue NAME",
      `The logs of a task: ${invocation(place.installation, place.cwd)} logs --task ID${lettersFlags(choice)}`,
    ],
  });
}

/** Messages behind those that are held are not shown. */
function fifoNote(fifo: boolean, seen: number, about: number): string | undefined {
  if (!fifo || seen >= about) return undefined;
  return "a FIFO queue shows no more of a group while messages of it are held: what was seen are the first of each group";
}

function nextCommands(choice: LettersChoice, grouping: Grouping, place: Workplace): string[] {
  const command = `${invocation(place.installation, place.cwd)} dlq`;
  const flags = lettersFlags(choice);
  const [largest] = grouping.groups();
  if (!largest) return [];
  const [example] = largest.examples;
  return [
    ...(example ? [`${command} show${namesAndFlags([example], flags)}`] : []),
    `${command} redrive --error ${shellWord(largest.cause.fingerprint)}${flags}`,
  ];
}
