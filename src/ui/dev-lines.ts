import { cutText } from "./cut.ts";
import type { DevReady, StackActivity } from "../contract/operations/dev.ts";
import { FUNCTION_ROLES } from "../contract/resources.ts";
import { describeMark } from "./consumption.ts";
import { formatDuration, oneLine, shortId } from "./format.ts";
import { readableLog } from "./log-line.ts";

/** A worker that prints megabytes must not bury the rest. */
const LOG_LENGTH = 500;

/** @returns what is ready, on a line that fits 80 columns after its `Ready`. */
export function describeReady({ endpoint, stage, offline }: DevReady): string {
  return `${endpoint} · stage ${stage} · model: ${offline ? "offline" : "from your environment"}`;
}

/**
 * @param curlBreak stands between the parts of the command to paste: a screen that cut its one long line would break it.
 * @returns where the stack is and how to call it: the block that `dev` begins with.
 */
export function readyText(event: DevReady, curlBreak = " "): string {
  const curl = [
    `curl ${event.endpoint}/tasks`,
    `-H 'Authorization: Bearer ${event.token}'`,
    `-d '{"prompt":"What is a dead-letter queue?"}'`,
  ].join(curlBreak);
  return [
    `Ready  ${describeReady(event)}`,
    ...(event.offline ? ["  the offline model answers; set OPENAI_API_KEY for a real one"] : []),
    ...(event.wantedPort === undefined
      ? []
      : [`  port ${event.wantedPort} is taken, so this is another; --port asks for one`]),
    `  ${curl}`,
    `  webhooks: signed with ${event.webhookSecret}; loopback callbacks are allowed on this stage`,
    ...(event.speed === 1 ? [] : [`  time runs ${event.speed} times as fast`]),
    ...(event.consumption ? describeMark(event.consumption).map((line) => `  ${line}`) : []),
    ...(event.faults.length > 0 ? [`  faults: ${event.faults.join(", ")}`] : []),
  ].join("\n");
}

type FunctionActivity = Extract<StackActivity, { type: "function" }>;

/** @returns how a function is, in words. @param prefix `<app>-<stage>-`, which its screen need not repeat. */
export function describeFunction({ name, state, ms, message }: FunctionActivity, prefix: string): string {
  const short = shortName(name, prefix);
  if (state === "building") return `building ${short}…`;
  if (state === "ready") return `${short} built${ms === undefined ? "" : ` in ${formatDuration(ms)}`}`;
  return `${short} does not build or load: ${message ?? "no reason given"}`;
}

/** @returns an activity of the stack on one line, after the task it is of; undefined when it is nothing to tell. */
export function describeActivity(event: Exclude<StackActivity, FunctionActivity>, prefix: string): string | undefined {
  const text = activityText(event, prefix);
  const taskId = "taskId" in event ? event.taskId : undefined;
  return text === undefined || taskId === undefined ? text : `${shortId(taskId)}  ${text}`;
}

function activityText(event: Exclude<StackActivity, FunctionActivity>, prefix: string): string | undefined {
  switch (event.type) {
    case "log":
      return logLine(shortName(event.group.split("/").at(-1) ?? event.group, prefix), event.message);
    case "invocation":
      return event.error ? `${shortName(event.name, prefix)} failed: ${oneLine(event.error, LOG_LENGTH)}` : undefined;
    case "request":
      return event.status >= 500 ? `${event.method} ${event.path} answered ${event.status}` : undefined;
    case "fault":
      return `fault ${event.kind}${event.detail ? `: ${event.detail}` : ""}`;
    case "warning":
      return `warning: ${event.message}`;
  }
}

/** `my-app-local-worker` is `worker` to whoever runs one app on one stage; which those are is not known before `ready`. */
export function shortName(name: string, prefix: string): string {
  if (prefix === "") return FUNCTION_ROLES.find((role) => name.endsWith(`-${role}`)) ?? name;
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

function logLine(name: string, message: string): string | undefined {
  const text = readableLog(message);
  if (text === undefined) return undefined;
  return `${name}: ${cutText(oneLine(text, Infinity), LOG_LENGTH, "logs --json has all of it")}`;
}
