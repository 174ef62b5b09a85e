import { fingerprint } from "../../contract/fingerprint.ts";
import { START_FAILED, type TaskError } from "../../contract/event.ts";
import type { Clock } from "../../contract/clock.ts";
import { jsonIn, member } from "../../contract/json.ts";
import type { LoggedLine } from "../aws/function-log.ts";
import type { Logger } from "../log/logger.ts";
import { ATTEMPT_LOST } from "../store/lost.ts";
import { openAttempt } from "../store/transition.ts";
import { isTerminalStatus, type StoredRecord } from "../store/index.ts";
import { redact } from "../worker/redact.ts";

export interface CauseParts {
  /** Lines of the worker's log since `from` that match CloudWatch's filter pattern, oldest first. */
  readLog(pattern: string, from: number): Promise<LoggedLine[]>;
  /** Texts to be kept out of what is told. */
  secrets(): Promise<string[]>;
  clock: Clock;
  log: Logger;
}

/** Tells why tasks died without a word, from what Lambda wrote into the worker's log. One for each run: it reads a line once. */
export interface Causes {
  /**
   * @param sentAt when the message was sent by which a task that had ended was to live again; epoch milliseconds.
   * @returns undefined where nobody knows. Never rejects.
   */
  of(record: StoredRecord, sentAt?: number): Promise<TaskError | undefined>;
}

/** How far back a start that failed is looked for: lines come oldest first, and of a long outage not all are read. */
const FAILED_STARTS_MS = [15 * 60_000, 6 * 3_600_000];
const MOST_LENGTH = 1_000;

/** Starts that failed, and what the function's code threw on the way. */
const FAILED_STARTS =
  '{ ($.type = "platform.initReport" && $.record.status != "success") || ($.level = "ERROR" && $.message.errorType = "*") }';

export function createCauses({ readLog, secrets, clock, log }: CauseParts): Causes {
  let unreadable = false;
  const starts = new Map<number, Promise<FailedStart[]>>();

  async function read(pattern: string, from: number): Promise<LoggedLine[]> {
    try {
      return await readLog(pattern, from);
    } catch (error) {
      if (!unreadable) log.warn("The worker's log could not be read: it is not told why its attempts died.", { error });
      unreadable = true;
      return [];
    }
  }

  /** Why an attempt ended that began, and never said so. */
  async function ofAttempt(requestId: string, startedAt: number): Promise<TaskError | undefined> {
    // A clock's difference must not hide it.
    const pattern = `{ $.type = "platform.report" && $.record.requestId = "${requestId}" }`;
    const [line] = await read(pattern, startedAt - 60_000);
    const report = line && reportOf(line.message);
    return report && lost(report);
  }

  function startsWithin(ms: number): Promise<FailedStart[]> {
    const known = starts.get(ms) ?? read(FAILED_STARTS, clock.now() - ms).then(failedStarts);
    starts.set(ms, known);
    return known;
  }

  /** Why no attempt began: the last start of the function that failed since then. */
  async function ofStart(since: number): Promise<TaskError | undefined> {
    let last: FailedStart | undefined;
    for (const ms of FAILED_STARTS_MS) last ??= (await startsWithin(ms)).findLast(({ at }) => at >= since);
    if (!last) return undefined;
    const { name, text } = last;
    const known = await secrets().catch(() => undefined);
    // What may hold a secret is not told.
    if (!known) return undefined;
    const message = redact(`The function could not be started: ${text}`, known).slice(0, MOST_LENGTH);
    const error = { name: redact(name, known).slice(0, MOST_LENGTH), message, code: START_FAILED };
    return { ...error, fingerprint: fingerprint(error), permanent: false };
  }

  return {
    async of(record, sentAt) {
      if (isTerminalStatus(record.status)) return sentAt === undefined ? undefined : ofStart(sentAt);
      const open = openAttempt(record);
      if (open) return ofAttempt(open.requestId, Date.parse(open.startedAt));
      const since = record.attempts.at(-1)?.endedAt ?? record.queuedAt ?? record.acceptedAt;
      return ofStart(Date.parse(since));
    },
  };
}

interface Report {
  status: string;
  errorType: string;
  durationMs: number | undefined;
  memoryMb: number | undefined;
}

function lost({ status, errorType, durationMs, memoryMb }: Report): TaskError | undefined {
  const message =
    status === "timeout" || errorType === "Sandbox.Timedout"
      ? `The attempt reached the function's timeout${durationMs === undefined ? "" : ` of ${Math.round(durationMs / 1000)} s`}.`
      : errorType === "Runtime.OutOfMemory"
        ? `The function ran out of memory${memoryMb === undefined ? "" : `: it has ${memoryMb} MB`}.`
        : errorType === "Runtime.ExitError"
          ? "The function crashed: its process ended in the midst of the attempt."
          : status === "success" || errorType === ""
            ? undefined
            : `The function failed in the midst of the attempt: ${errorType}.`;
  if (message === undefined) return undefined;
  const error = { name: ATTEMPT_LOST.name, message, ...(errorType === "" ? {} : { code: errorType }) };
  return { ...error, fingerprint: fingerprint(error), permanent: false };
}

interface FailedStart {
  at: number;
  name: string;
  text: string;
}

/** Joins each start that failed with what the code threw in the same stream before it. */
function failedStarts(lines: readonly LoggedLine[]): FailedStart[] {
  const thrown = new Map<string, { name: string; text: string }>();
  const found: FailedStart[] = [];
  for (const { stream, at, message } of lines) {
    const line = jsonIn(message);
    const error = member(line, "message");
    const record = member(line, "record");
    if (typeof member(error, "errorType") === "string") {
      thrown.set(stream, { name: text(error, "errorType"), text: text(error, "errorMessage") });
    } else if (record !== undefined) {
      const name = text(record, "errorType") || "Runtime.Unknown";
      const timedOut = text(record, "status") === "timeout" || name === "Sandbox.Timedout";
      const told = timedOut ? { name, text: "it took longer than Lambda allows" } : thrown.get(stream);
      found.push({ at, ...(told ?? { name, text: name }) });
      thrown.delete(stream);
    }
  }
  return found;
}

function reportOf(message: string): Report | undefined {
  const record = member(jsonIn(message), "record");
  if (record === undefined) return undefined;
  const metrics = member(record, "metrics");
  return {
    status: text(record, "status"),
    errorType: text(record, "errorType"),
    durationMs: number(metrics, "durationMs"),
    memoryMb: number(metrics, "memorySizeMB"),
  };
}

const text = (value: unknown, name: string) => {
  const found = member(value, name);
  return typeof found === "string" ? found : "";
};

const number = (value: unknown, name: string) => {
  const found = member(value, name);
  return typeof found === "number" ? found : undefined;
};
