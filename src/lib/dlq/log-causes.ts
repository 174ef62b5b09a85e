import { fingerprint } from "../../contract/fingerprint.ts";
import { type LogMessage, parseLogMessage } from "../../contract/log-message.ts";
import type { LogLine } from "../../contract/logs.ts";
import type { Cause, DeadLetter, LogsProgress, LogsTold } from "../../contract/operations/dlq.ts";
import type { QueueFunctions } from "../../contract/ports.ts";
import type { Workplace } from "../services.ts";
import { causeOf } from "./cause.ts";
import type { KnownQueue } from "./letters.ts";

/** Lines that are read at most: an hour of a busy function. */
const MOST_LINES = 500_000;
const PROGRESS_MS = 200;
/** What an attempt may take beyond the queue's own times. */
const MARGIN_MS = 15 * 60_000;
/** Where a queue does not say how long its attempts may take. */
const ATTEMPTS_MS = 3_600_000;
const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Why messages failed, by their ids, and what reading told. */
export interface LogCauses {
  causes: ReadonlyMap<string, Cause>;
  told: LogsTold;
}

/**
 * Reads the logs of the functions that took the letters from their queues, at the times of their attempts. A message is
 * known by its id: whatever an invocation prints that names it. Errors of invocations that name none are counted.
 */
export async function* readLogCauses(
  letters: readonly DeadLetter[],
  functions: QueueFunctions,
  sources: readonly KnownQueue[],
  { clock, signal }: Pick<Workplace, "clock" | "signal">,
): AsyncGenerator<LogsProgress, LogCauses> {
  const takers = (await Promise.all(sources.map(({ id }) => functions.takers(id)))).flat();
  const reader = createCauseReader(new Set(letters.flatMap(({ messageId }) => messageId ?? [])));
  const groups = [...new Set(takers.map(({ group }) => group))];
  let lines = 0;
  let next = 0;
  let cut: string | undefined;
  for (const { since, until } of groups.length === 0 ? [] : rangesOf(letters, sources, clock.now())) {
    for await (const feed of functions.logs.read({ groups, since, until, signal })) {
      if (feed.type !== "line") continue;
      reader.read(feed);
      if (++lines >= MOST_LINES) cut = `only the first ${MOST_LINES} lines were read`;
      if (cut !== undefined || signal.aborted) break;
      if (clock.now() < next) continue;
      next = clock.now() + PROGRESS_MS;
      yield { type: "logs", lines, matched: reader.causes().size };
    }
    if (cut !== undefined || signal.aborted) break;
  }
  reader.end();
  return {
    causes: reader.causes(),
    told: {
      functions: takers.map(({ name }) => name),
      lines,
      matched: reader.causes().size,
      others: reader.others(),
      ...(cut === undefined ? {} : { cut }),
    },
  };
}

/** @returns when letters were tried, as ranges that do not overlap. */
function rangesOf(
  letters: readonly DeadLetter[],
  sources: readonly KnownQueue[],
  now: number,
): { since: number; until: number }[] {
  const attempts = sources.map(({ visibilitySeconds, maxReceives }) =>
    visibilitySeconds === undefined || maxReceives === undefined ? ATTEMPTS_MS : visibilitySeconds * maxReceives * 1000,
  );
  const span = Math.max(ATTEMPTS_MS, ...attempts) + MARGIN_MS;
  const ranges: { since: number; until: number }[] = [];
  for (const since of letters.map(({ sentAt }) => Date.parse(sentAt)).toSorted((a, b) => a - b)) {
    const until = Math.min(now, since + span);
    const last = ranges.at(-1);
    if (last && since <= last.until) last.until = Math.max(last.until, until);
    else ranges.push({ since, until });
  }
  return ranges;
}

/** One invocation, as far as its stream was read. */
interface Invocation {
  requestId: string | undefined;
  ids: Set<string>;
  cause?: Cause;
  /** The function itself said so; else Lambda did. */
  byApp: boolean;
}

function createCauseReader(ids: ReadonlySet<string>) {
  const causes = new Map<string, Cause>();
  const others = new Map<string, { cause: Cause; count: number }>();
  /** An environment works on one invocation at a time, and has a stream of its own. */
  const streams = new Map<string, Invocation>();

  const finish = ({ cause, ids: named }: Invocation) => {
    if (!cause) return;
    // What a line of its own told of a message is more than what its batch did.
    for (const id of named) if (!causes.has(id)) causes.set(id, cause);
    if (named.size > 0) return;
    const known = others.get(cause.fingerprint) ?? { cause, count: 0 };
    known.count++;
    others.set(cause.fingerprint, known);
  };

  return {
    causes: (): ReadonlyMap<string, Cause> => causes,
    others: () => [...others.values()].toSorted((a, b) => b.count - a.count),
    read({ group, stream, message }: LogLine) {
      const parsed = parseLogMessage(message);
      const key = `${group} ${stream}`;
      let invocation = streams.get(key);
      if (!invocation || (parsed.requestId !== undefined && parsed.requestId !== invocation.requestId)) {
        if (invocation) finish(invocation);
        invocation = { requestId: parsed.requestId, ids: new Set(), byApp: false };
        streams.set(key, invocation);
      }
      const named = (message.match(ID) ?? []).filter((id) => ids.has(id));
      for (const id of named) invocation.ids.add(id);
      const cause = causeOfLine(message, parsed);
      if (!cause) return;
      const [only, ...more] = new Set(named);
      // The last attempt's is what holds.
      if (only !== undefined && more.length === 0) causes.set(only, cause);
      const byApp = parsed.kind === "app";
      if (byApp || !invocation.byApp) Object.assign(invocation, { cause, byApp });
    },
    end() {
      for (const invocation of streams.values()) finish(invocation);
      streams.clear();
    },
  };
}

/** @returns why an invocation failed, as far as a line tells. */
function causeOfLine(message: string, { kind, level, data }: LogMessage): Cause | undefined {
  if (kind === "metrics" || (level !== "error" && level !== "warn")) return undefined;
  if (/Task timed out after|Status: timeout|"status":\s*"timeout"/.test(message))
    return told("Timeout", "the function reached its timeout");
  if (kind === "platform") return undefined;
  if (data) {
    const { message: inner } = data;
    // Lambda's JSON format puts an error that nobody caught into the message.
    const of = typeof inner === "object" && inner !== null ? inner : data;
    return causeOf({ body: JSON.stringify(of), attributes: {} }) ?? (level === "error" ? ofText(inner) : undefined);
  }
  const exit = /Error: (Runtime exited with error: .*)/.exec(message)?.[1];
  if (exit !== undefined) return told("Runtime.ExitError", exit);
  if (level !== "error") return undefined;
  const [, json] =
    /\t(?:Invoke Error|Uncaught Exception|Unhandled Promise Rejection)\s*\t(\{.*\})\s*$/s.exec(message) ?? [];
  if (json !== undefined) return causeOf({ body: json, attributes: {} });
  return ofText(message.split("\t").slice(3).join("\t"));
}

/** `TypeError: x is undefined`, and lines of the stack after it. */
function ofText(text: unknown): Cause | undefined {
  if (typeof text !== "string" || text.trim() === "") return undefined;
  const [first = ""] = text.trim().split("\n");
  const [, name = "Error", rest = first] =
    /^(?:\[ERROR\] )?([A-Z][\w.]*(?:Error|Exception|Fault)): (.*)$/.exec(first) ?? [];
  return told(name, rest.slice(0, 1000));
}

function told(name: string, message: string): Cause {
  return { name, message, fingerprint: fingerprint({ name, message }) };
}
