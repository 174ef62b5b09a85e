import { START_FAILED, type TaskError, type TaskEvent } from "../contract/event.ts";
import type { FunctionEnded, TaskOutcome, TaskSubmitted } from "../contract/operations/submit.ts";
import { formatCost, formatDuration, formatTokens, oneLine } from "./format.ts";
import type { Tone } from "./theme.ts";

/** A line of a task's timeline: the same words on every screen and in plain text. */
export interface TimelineLine {
  tone: Tone;
  text: string;
}

/**
 * @param event a durable event.
 * @param previous the event before it, for the time between them.
 * @param now epoch milliseconds, for the time until a retry.
 */
export function describeEvent(event: TaskEvent, previous?: TaskEvent, now = Date.parse(event.at)): TimelineLine {
  switch (event.type) {
    case "accepted":
      return { tone: "ok", text: "accepted" };
    case "started":
      return {
        tone: "wait",
        text: `started, attempt ${event.attempt}${missed(event, previous)}, waited ${formatDuration(event.queueWaitMs)}`,
      };
    case "progress":
      return {
        tone: "info",
        // What a worker says is one line, lest it read as several events.
        text: oneLine(event.message, 300) + (event.percent === undefined ? "" : ` (${event.percent}%)`),
      };
    case "completed": {
      // A task that called no model has no cost to know.
      const cost = event.usage.length > 0 ? formatCost(event.costUsd) : "";
      const parts = [formatTokens(event.usage), cost, event.offline ? "offline model" : ""];
      return {
        tone: "ok",
        text: [`completed in ${formatDuration(event.durationMs)}`, ...parts].filter(Boolean).join(", "),
      };
    }
    case "failed": {
      const retryAt = event.retryAt === undefined ? undefined : Date.parse(event.retryAt);
      // Of what is over it is told how long it was to be.
      const from = retryAt !== undefined && retryAt > now ? now : Date.parse(event.at);
      const next = retryAt === undefined ? "" : `, next attempt in ${formatDuration(Math.max(0, retryAt - from))}`;
      const kind = event.final ? (event.error.permanent ? ", permanent" : ", the last attempt") : next;
      return {
        tone: "fail",
        text: `attempt ${event.attempt} failed after ${formatDuration(event.durationMs)}: ${describeError(event.error)}${kind}`,
      };
    }
    case "deadlettered": {
      const { reason, error } = event;
      // Of any other reason the attempt that failed has told the error.
      const unstarted = error?.code === START_FAILED;
      const why = error && (unstarted || reason === "never-ran") ? `: ${describeError(error)}` : "";
      const what = unstarted && reason === "died" ? "no further attempt could begin" : REASONS[reason];
      return { tone: "fail", text: `dead-lettered: ${what}${why}` };
    }
    case "replayed":
      return {
        tone: "info",
        text: `${PAST[event.kind]}${previous?.taskId === event.taskId ? ` after ${formatDuration(Date.parse(event.at) - Date.parse(previous.at))}` : ""}`,
      };
    case "cancelled":
      return { tone: "warn", text: `cancelled by ${oneLine(event.by, 80)}` };
  }
}

/** @returns `accepted in 12 ms, 3f6c1d2e-...`, and why the command does not return at once, where nobody asked it to wait. */
export function describeSubmitted({ ms, duplicate, taskId, waits }: TaskSubmitted): string[] {
  return [
    `accepted in ${formatDuration(ms)}${duplicate ? " (known: the same task)" : ""}, ${taskId}`,
    ...(waits
      ? ["waiting for its end, as this stack ends with the command; beside a running dev, submit returns at once"]
      : []),
  ];
}

/** Attempts are receives: one whose function was throttled, died at its start or was handed a duplicate left no event. */
function missed(event: TaskEvent, previous: TaskEvent | undefined): string {
  if (previous?.taskId !== event.taskId || previous.generation !== event.generation) return "";
  const first = previous.attempt + 1;
  const last = event.attempt - 1;
  if (first > last) return "";
  return first === last ? ` (attempt ${first} did not run)` : ` (attempts ${first} to ${last} did not run)`;
}

const REASONS = {
  "attempts-exhausted": "every attempt failed",
  permanent: "no further attempt could succeed",
  "never-ran": "no attempt ever ran",
  died: "the last attempt died without a word",
} as const;

const PAST = { redrive: "redriven", replay: "replayed", retry: "retried" } as const;

/** @returns `RateLimitError 429 Too many requests`. */
export function describeError(error: Pick<TaskError, "name" | "message"> & { status?: number }): string {
  // A line goes on behind it.
  const message = oneLine(error.message, 160).replace(/\.$/, "");
  // Many clients put the status into the message already.
  const status = error.status !== undefined && !message.includes(String(error.status)) ? error.status : undefined;
  return [error.name, status, message].filter(Boolean).join(" ");
}

/** @returns where the task stood when the time was up. */
export function describeTimeout({ status, attempt }: Pick<TaskOutcome, "status" | "attempt">): string {
  const at = status === "running" && attempt > 0 ? `, attempt ${attempt}` : "";
  return `no end within the timeout: ${status}${at}`;
}

/** @returns that an attempt's function ended without an answer, and what comes of it. */
export function describeCrash({ error }: Pick<FunctionEnded, "error">): string {
  return `the function ended without an answer: ${oneLine(error, 80)}; the message comes back when its visibility timeout ends`;
}
