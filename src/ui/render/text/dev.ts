import type { DevEvent, DevReady, StackActivity } from "../../../contract/operations/dev.ts";
import { formatDuration, formatTime, oneLine, shortId } from "../../format.ts";
import { describeEvent } from "../../timeline.ts";
import type { TextRenderer } from "./out.ts";

/** A worker that prints megabytes must not bury the rest. */
const LOG_LENGTH = 500;

/** `dev --headless`: what happens, a line each. */
export const devText: TextRenderer<DevEvent> = (out, now) => (event) => {
  switch (event.type) {
    case "ready":
      return out.result(readyText(event));
    case "log":
    case "function":
    case "invocation":
    case "request":
    case "fault":
    case "warning": {
      const text = describeActivity(event);
      return text ? out.result(`${formatTime(event.at)}  ${text}`) : undefined;
    }
    case "token":
    case "depths":
      return;
    case "stopping":
      return out.line("stopping");
    case "summary":
      return out.line(`stopped after ${formatDuration(event.elapsedMs)}: ${event.accepted} accepted, ${event.completed} completed, ${event.deadlettered} dead-lettered`);
    default:
      return out.result(`${formatTime(event.at)}  ${shortId(event.taskId)}  ${describeEvent(event, undefined, now()).text}`);
  }
};

function readyText(event: DevReady): string {
  const model = event.offline ? "model: offline (set OPENAI_API_KEY for a real one)" : "model: from your environment";
  const curl = `curl ${event.endpoint}/tasks -H 'Authorization: Bearer ${event.token}' -d '{"prompt":"What is a dead-letter queue?"}'`;
  return [
    `Ready  ${event.endpoint} · stage ${event.stage} · ${model}`,
    ...(event.wantedPort === undefined ? [] : [`  port ${event.wantedPort} is taken, so this is another; --port asks for one`]),
    `  ${curl}`,
    `  webhooks: signed with ${event.webhookSecret}; loopback callbacks are allowed on this stage`,
    ...(event.speed === 1 ? [] : [`  time runs ${event.speed} times as fast`]),
    ...(event.faults.length > 0 ? [`  faults: ${event.faults.join(", ")}`] : []),
  ].join("\n");
}

/** @returns an activity of the stack on one line; undefined when it is nothing to tell. */
function describeActivity(event: StackActivity): string | undefined {
  switch (event.type) {
    case "log":
      return logLine(event.group, event.message);
    case "function":
      if (event.state === "building") return undefined;
      if (event.state === "ready") return `${event.name} ready${event.ms === undefined ? "" : ` in ${formatDuration(event.ms)}`}`;
      return `${event.name} does not build: ${event.message ?? "no reason given"}`;
    case "invocation":
      return event.error ? `${event.name} failed: ${oneLine(event.error, LOG_LENGTH)}` : undefined;
    case "request":
      return event.status >= 500 ? `${event.method} ${event.path} answered ${event.status}` : undefined;
    case "fault":
      return `fault ${event.kind}: ${event.detail}`;
    case "warning":
      return `warning: ${event.message}`;
  }
}

/** Lambda's own lines around each invocation. */
const PLATFORM = /^(START|END|REPORT|INIT_START|INIT_REPORT) /;

function logLine(group: string, message: string): string | undefined {
  if (PLATFORM.test(message)) return undefined;
  const name = group.split("/").at(-1) ?? group;
  return `${name}: ${oneLine(readable(message), LOG_LENGTH)}`;
}

/** A structured line reads as its level and message. */
function readable(message: string): string {
  if (!message.startsWith("{")) return message;
  try {
    const value: unknown = JSON.parse(message);
    if (typeof value !== "object" || value === null || !("message" in value) || typeof value.message !== "string") return message;
    const level = "level" in value && typeof value.level === "string" ? `${value.level.toLowerCase()} ` : "";
    return level + value.message;
  } catch {
    return message;
  }
}
