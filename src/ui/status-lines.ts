import { counted } from "../contract/counted.ts";
import type { Drain, QueueStatus, StatusShown, TaskFigures } from "../contract/operations/status.ts";
import { type Figure, isUnknown } from "../contract/status.ts";
import { describeMark } from "./consumption.ts";
import { formatAge, formatCost, formatCount, formatDuration, formatTokens, oneLine } from "./format.ts";
import type { Tone } from "./theme.ts";

export interface StatusLine {
  label: string;
  text: string;
  tone?: Tone;
}

const CAUSES = 3;
const MODELS = 3;
const WORKER_TEXT = 300;

/** @returns a stage's state in lines, the same for terminal and pipe. */
export function statusLines(status: StatusShown): StatusLine[] {
  const { ref, windowMs, queue, deadLetterQueue, consumers, consumption, worker, tasks, functions, drain, outage } =
    status;
  const line = <T>(
    label: string,
    figure: Figure<T>,
    text: (value: T) => string,
    tone?: (value: T) => Tone | undefined,
  ) => (isUnknown(figure) ? { label, text: unknown(figure.unknown) } : withTone(label, text(figure), tone?.(figure)));
  return [
    { label: "stage", text: `${ref.stage} of ${ref.app}, last ${formatAge(windowMs / 1000)}` },
    line("queue", queue, queueText),
    line(
      "dead letters",
      deadLetterQueue,
      (letters) => {
        const { visible, inFlight, delayed, firstExpiry } = letters;
        const count = formatCount(visible + inFlight + delayed);
        if (firstExpiry === undefined) return count;
        return `${count} · ${isUnknown(firstExpiry) ? `first expiry ${unknown(firstExpiry.unknown)}` : expiryText(firstExpiry, status.at)}`;
      },
      ({ visible, inFlight }) => (visible + inFlight > 0 ? "fail" : undefined),
    ),
    line(
      "consumers",
      consumers,
      (all) =>
        all.length === 0
          ? "none: nothing takes messages from the queue"
          : all
              .map(
                ({ function: name, state, batchSize, maxConcurrency }) =>
                  `${name} ${state.toLowerCase()}, batches of ${batchSize}, ${maxConcurrency === undefined ? "no limit of its own" : `at most ${maxConcurrency} at once`}`,
              )
              .join("; "),
      (all) => (all.some(({ state }) => state === "Enabled") ? undefined : "warn"),
    ),
    ...(consumption
      ? describeMark(consumption).map((text): StatusLine => ({ label: "by hand", text, tone: "warn" }))
      : []),
    ...workerLines(worker),
    line("drains", drain, drainText, ({ state }) => (state === "growing" || state === "stopped" ? "warn" : undefined)),
    line("outage", outage, ({ attempts, leastMs, typicalMs, mostMs, hangingMs, by }) => {
      if (by === "retention")
        return `no dead-letter queue: tasks are tried until they expire, ${formatDuration(mostMs)}`;
      const range = leastMs === mostMs ? "" : ` (${formatDuration(leastMs)} to ${formatDuration(mostMs)})`;
      return `a model outage of ${formatDuration(typicalMs)}${range} is survived in ${counted(attempts ?? 0, "attempt")}; ${formatDuration(hangingMs)} when it hangs`;
    }),
    ...(isUnknown(tasks) ? [{ label: "tasks", text: unknown(tasks.unknown) }] : taskLines(tasks)),
    ...(isUnknown(functions)
      ? [{ label: "functions", text: unknown(functions.unknown) }]
      : Object.entries(functions).map(([name, { invocations, errors, throttles }]) => ({
          label: name,
          text: isUnknown(invocations)
            ? unknown(invocations.unknown)
            : [counted(invocations, "call"), countOf(errors, "error"), countOf(throttles, "throttle")].join(" · "),
        }))),
  ];
}

function workerLines({ broken, failing }: StatusShown["worker"] = {}): StatusLine[] {
  const lines =
    broken !== undefined
      ? ["does not build, and tasks wait until it does:", ...broken.split("\n")]
      : failing !== undefined
        ? ["cannot be started, and each try costs a task one of its attempts:", ...failing.split("\n")]
        : [];
  return lines.map((text) => ({ label: "worker", text: oneLine(text, WORKER_TEXT), tone: "fail" }));
}

/** To the minute: the age that it rests on is no more exact. */
function expiryText(at: string, now: number): string {
  const inMs = Date.parse(at) - now;
  const when = `${at.slice(0, 16)}Z`;
  return inMs > 0 ? `first expires in ${formatAge(inMs / 1000)}, ${when}` : `first expired ${when}`;
}

const unknown = (reason: string) => `unknown: ${reason}`;
const countOf = (value: Figure<number>, one: string) => (isUnknown(value) ? `unknown ${one}s` : counted(value, one));
const withTone = (label: string, text: string, tone: Tone | undefined): StatusLine =>
  tone ? { label, text, tone } : { label, text };

function queueText({ visible, inFlight, delayed, oldestMs }: QueueStatus): string {
  const oldest =
    oldestMs === undefined
      ? ""
      : ` · oldest ${isUnknown(oldestMs) ? unknown(oldestMs.unknown) : formatDuration(oldestMs)}`;
  return `${formatCount(visible)} waiting · ${formatCount(inFlight)} in flight · ${formatCount(delayed)} delayed${oldest}`;
}

function drainText({ state, arriving = 0, leaving = 0, ms = 0 }: Drain): string {
  const pace = `${leaving.toFixed(1)} a minute leave, ${arriving.toFixed(1)} arrive`;
  switch (state) {
    case "empty":
      return "nothing is queued";
    case "working":
      return "all that is queued is at work";
    case "stopped":
      return "never: no consumer is enabled";
    case "growing":
      return `not at this pace: ${pace}`;
    case "draining":
      return `in ${formatDuration(ms)}: ${pace}`;
  }
}

function taskLines(tasks: TaskFigures): StatusLine[] {
  const { accepted, completed, deadlettered, cancelled, read, complete, since, until, duration, queueWait } = tasks;
  const rate = (completed / (Math.max(1, until - since) / 60_000)).toFixed(1);
  const rest = complete ? "" : `; rests on the newest ${counted(read, "task")}, since ${new Date(since).toISOString()}`;
  const spread = (label: string, figure: TaskFigures["duration"]): StatusLine => ({
    label,
    text: isUnknown(figure)
      ? unknown(figure.unknown)
      : `p50 ${formatDuration(figure.p50)} · p95 ${formatDuration(figure.p95)} (of ${formatCount(figure.of)})`,
  });
  return [
    {
      label: "tasks",
      text: `${formatCount(accepted)} accepted · ${formatCount(completed)} completed (${rate} a minute) · ${formatCount(deadlettered)} dead-lettered · ${formatCount(cancelled)} cancelled${rest}`,
    },
    spread("duration", duration),
    spread("queue wait", queueWait),
    ...tasks.failures.slice(0, CAUSES).map(({ attempts, tasks: of, name, message }) => ({
      label: "failures",
      text: `${counted(attempts, "attempt")} of ${counted(of, "task")}: ${name}: ${oneLine(message, 100)}`,
    })),
    ...more("failures", tasks.failures.length - CAUSES),
    ...tasks.usage.slice(0, MODELS).map((used) => ({
      label: "tokens",
      text: `${used.model}: ${formatTokens([used])}, ${formatCost(used.costUsd)}`,
    })),
    ...more("tokens", tasks.usage.length - MODELS),
  ];
}

const more = (label: string, left: number): StatusLine[] =>
  left > 0 ? [{ label, text: `and ${formatCount(left)} more, see --json` }] : [];
