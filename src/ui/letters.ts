import { printable } from "./printable.ts";
import { cutText, JSON_HAS_ALL, SCREEN_TEXT } from "./cut.ts";
import { counted } from "../contract/counted.ts";
import type { DlqImportSummary, DlqPurgeSummary } from "../contract/operations/dlq-change.ts";
import type {
  Cause,
  DeadLetterQueueShown,
  DeadLetterShown,
  DlqInspectSummary,
  LetterGroup,
  LogsTold,
  ScanProgress,
  ScanTold,
} from "../contract/operations/dlq.ts";
import { formatAge, formatCost, formatCount, formatDuration, oneLine } from "./format.ts";
import { describeError } from "./timeline.ts";

/** Causes that no letter was found for. */
const OTHERS = 5;

/* Words for dead letters: the same on every screen and in plain text. */

/** @returns `RateLimitError 429 Too many requests (permanent)`. */
export function describeCause(cause: Cause): string {
  return `${describeError(cause)}${cause.permanent ? " (permanent)" : ""}`;
}

/** @returns `4,001 RateLimitError 429 · 8 ZodError · 3 never ran`. */
export function headline(groups: readonly LetterGroup[], most = 5): string {
  const parts = groups
    .slice(0, most)
    .map(({ count, cause: { name, status } }) =>
      [formatCount(count), oneLine(name, 40), status].filter(Boolean).join(" "),
    );
  return [...parts, ...(groups.length > most ? [counted(groups.length - most, "more cause")] : [])].join(" · ");
}

/** @returns `12 letters, 2 in flight, oldest 3 h 5 min, first expires in at most 13 d 20 h, moving 5 of 12`. */
export function describeDepth({ depth, oldestSeconds, expiresInSeconds, move }: DeadLetterQueueShown): string {
  const { visible, inFlight, delayed } = depth;
  if (visible + inFlight + delayed === 0) return move ? describeMoveTask(move) : "empty";
  return [
    `${formatCount(visible)} ${visible === 1 ? "letter" : "letters"}`,
    ...(inFlight > 0 ? [`${formatCount(inFlight)} in flight`] : []),
    ...(delayed > 0 ? [`${formatCount(delayed)} delayed`] : []),
    `oldest ${oldestSeconds === undefined ? "unknown" : formatAge(oldestSeconds)}`,
    `first expires ${expiresInSeconds === undefined ? "unknown" : `in at most ${formatAge(expiresInSeconds)}`}`,
    ...(move ? [describeMoveTask(move)] : []),
  ].join(", ");
}

/** @returns `moving, 5 of 12 done`. */
export function describeMoveTask({ status, moved, toMove }: NonNullable<DeadLetterQueueShown["move"]>): string {
  return `${status === "CANCELLING" ? "a move is being cancelled" : "moving"}, ${formatCount(moved)} of about ${formatCount(toMove)} done`;
}

const UNKNOWNS = { oldest: "the oldest's age", expiry: "the first expiry", move: "an active move" } as const;

/** @returns what could not be known, each reason once, with the names of the queues it holds for. */
export function describeUnknown(queues: readonly DeadLetterQueueShown[]): string[] {
  const reasons = new Map<string, { what: Set<string>; names: Set<string> }>();
  for (const { name, unknown } of queues) {
    for (const what of ["oldest", "expiry", "move"] as const) {
      const reason = unknown[what];
      if (reason === undefined) continue;
      const known = reasons.get(reason) ?? { what: new Set(), names: new Set() };
      known.what.add(UNKNOWNS[what]);
      known.names.add(name);
      reasons.set(reason, known);
    }
  }
  return [...reasons].map(([reason, { what, names }]) => {
    const [first = ""] = names;
    const of = names.size === 1 ? first : `${names.size} queues`;
    return `unknown of ${of}: ${[...what].join(" and ")}, as ${reason.charAt(0).toLowerCase()}${reason.slice(1).replace(/\.$/, "")}`;
  });
}

/** @returns how many were seen of how many, and how. */
export function describeSeen(summary: DlqInspectSummary, now: number): string[] {
  const { by, seen, meant, about, firstExpiry, scan, logs, note } = summary;
  const inSeconds = firstExpiry === undefined ? undefined : (Date.parse(firstExpiry) - now) / 1000;
  return [
    by === "records"
      ? `by the records of ${counted(seen, "task")}; the queue holds about ${formatCount(about)}`
      : `saw ${formatCount(seen)} of about ${formatCount(Math.max(about, seen))}`,
    ...(meant === undefined ? [] : [`${counted(meant, "of them is", "of them are")} meant`]),
    ...(inSeconds === undefined
      ? []
      : [inSeconds <= 0 ? "the first has expired" : `the first expires in ${formatAge(inSeconds)}`]),
    ...(scan ? describeScan(scan) : []),
    ...(logs ? describeLogs(logs) : []),
    ...(note === undefined ? [] : [note]),
  ];
}

/** @returns what looking at the messages did to the queue. */
export function describeScan({ receives, requests, costUsd, unreleased, cut }: ScanTold): string[] {
  const cost =
    costUsd === undefined ? "" : `, ${costUsd < 0.0001 ? "less than $0.0001" : formatCost(costUsd)} at list price`;
  return [
    `${counted(receives, "receive")}, ${counted(requests, "request")} in all${cost}`,
    ...(unreleased > 0
      ? [
          `${formatCount(unreleased)} could not be given back: ${unreleased === 1 ? "it comes back when its lease ends" : "they come back when their lease ends"}`,
        ]
      : []),
    ...(cut === undefined ? [] : [`not all were seen: ${cut}`]),
  ];
}

/** @returns what the logs told, a line each. */
export function describeLogs({ functions, lines, matched, others, cut, unknown }: LogsTold): string[] {
  if (unknown !== undefined) return [`the logs were not read: ${unknown}`];
  if (functions.length === 0)
    return ["no function takes messages from the queue by an event source mapping: whoever does logs elsewhere"];
  return [
    `${counted(lines, "line")} of ${functions.join(", ")}: the cause of ${counted(matched, "letter")} stands there`,
    ...others
      .slice(0, OTHERS)
      .map(
        ({ cause, count }) =>
          `${counted(count, "invocation")} more failed that ${count === 1 ? "names" : "name"} no letter: ${oneLine(describeCause(cause), 120)}`,
      ),
    ...(others.length > OTHERS ? [`and ${formatCount(others.length - OTHERS)} more causes`] : []),
    ...(cut === undefined ? [] : [cut]),
  ];
}

/** @returns `looking: saw 3,871 of about 4,012`. */
export function describeProgress({ seen, about }: ScanProgress): string {
  return `saw ${formatCount(seen)} of about ${formatCount(Math.max(about, seen))}`;
}

/** @returns name and value of what is known of a letter, but for body and attributes. */
export function letterRows({
  messageId,
  taskId,
  cause,
  sentAt,
  expiresAt,
  receiveCount,
  attempts,
  system,
}: DeadLetterShown): string[][] {
  const last = attempts?.at(-1);
  return [
    ...(taskId === undefined ? [] : [["task", taskId]]),
    ...(messageId === undefined ? [] : [["message", messageId]]),
    ["why", describeCause(cause)],
    ["fingerprint", cause.fingerprint],
    ["sent", sentAt],
    ...(expiresAt === undefined ? [] : [["expires", expiresAt]]),
    ...(attempts === undefined
      ? []
      : [["attempts", `${attempts.length}${last ? `, the last at ${last.startedAt}` : ""}`]]),
    ...(receiveCount === undefined ? [] : [["receives", String(receiveCount)]]),
    ...Object.entries(system)
      .filter(([name]) => !/^(SentTimestamp|ApproximateReceiveCount)$/.test(name))
      .map(([name, value]) => [name, value]),
  ];
}

/** @returns name, type and value of each attribute. */
export function attributeRows({ attributes }: DeadLetterShown): string[][] {
  return Object.entries(attributes).map(([name, { type, text, binary }]) => [
    name,
    type,
    text === undefined ? `${binary ?? ""} (base64)` : oneLine(text, 200),
  ]);
}

/**
 * @param terminal it is read on one: then nothing in the body may steer it.
 * @returns a body as a person reads it: JSON spread out.
 */
export function prettyBody(body: string, terminal: boolean): string {
  const text = spreadOut(body);
  return terminal ? cutText(printable(text), SCREEN_TEXT, JSON_HAS_ALL) : text;
}

function spreadOut(body: string): string {
  if (!/^\s*[[{]/.test(body)) return body;
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

/** @returns `4,012 sent in 1.8 s, 3 refused`, and how to go on. */
export function describeImport(summary: DlqImportSummary): string[] {
  const { sent, sentBefore, repeated, refused, perhapsTwice, elapsedMs, resume } = summary;
  const parts: [number, string][] = [
    [sentBefore, "sent by the earlier run"],
    [repeated, "left out as repeats"],
    [refused, "refused"],
    [perhapsTwice, "perhaps there twice"],
  ];
  const beside = parts.flatMap(([count, what]) => (count === 0 ? [] : [`, ${formatCount(count)} ${what}`]));
  return [
    `${formatCount(sent)} sent in ${formatDuration(elapsedMs)}${beside.join("")}`,
    ...(resume === undefined ? [] : [`go on: ${resume}`]),
  ];
}

/** @returns `4,012 removed in 1.8 s`, where the copy is and how to put it back. */
export function describePurge({ removed, left, name, backup, restore, elapsedMs }: DlqPurgeSummary): string[] {
  return [
    `${formatCount(removed)} removed from ${name} in ${formatDuration(elapsedMs)}`,
    ...(left > 0
      ? [
          counted(
            left,
            "is still there: another holds it, or it came meanwhile",
            "are still there: others hold them, or they came meanwhile",
          ),
        ]
      : []),
    ...(backup === undefined ? [] : [`copy: ${backup}`]),
    ...(restore === undefined ? [] : [`put them back: ${restore}`]),
  ];
}
