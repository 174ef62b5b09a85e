import { jsonIn } from "./json.ts";

/** From the least to the most serious. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What a log line says of itself. */
export interface LogMessage {
  /** `platform`: Lambda's own report of an invocation; `metrics`: the embedded metric format. Both are written for machines. */
  kind: "app" | "platform" | "metrics";
  /** Absent where the line names none. */
  level?: LogLevel;
  /** Set when the line is a JSON object: the whole of it. */
  data?: Record<string, unknown>;
  taskId?: string;
  requestId?: string;
}

const LEVELS: Record<string, LogLevel> = {
  trace: "debug",
  debug: "debug",
  info: "info",
  notice: "info",
  warn: "warn",
  warning: "warn",
  error: "error",
  fatal: "error",
  critical: "error",
};

/** Lambda's own lines around each invocation, in the text format. */
const PLATFORM = /^(START|END|REPORT|INIT_START|INIT_REPORT|EXTENSION) /;
const REQUEST = /\bRequestId: ([0-9a-f-]{36})\b/;
/** What Lambda's runtime puts before a text that a function prints. */
const PRINTED = /^\d{4}-\d\d-\d\dT[\d:.]+Z\t(\S+)\t([A-Z]+)\t/;
/** Lambda ended the invocation, and says so without a level. */
const KILLED =
  /^\S+ ([0-9a-f-]{36}) Task timed out after |^RequestId: [0-9a-f-]{36} Error: |\bStatus: (?:timeout|error)\b/;

/** Reads one line of a function's log: in Lambda's JSON or text format, or anything else. Never fails. */
export function parseLogMessage(message: string): LogMessage {
  const data = message.startsWith("{") ? parseObject(message) : undefined;
  return data ? readObject(data) : readText(message);
}

function readObject(data: Record<string, unknown>): LogMessage {
  const named = (field: string, record = data) => {
    const value = record[field];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const taskId = named("taskId");
  if ("_aws" in data) return { kind: "metrics", data, ...ids(taskId, named("requestId")) };
  if (named("type")?.startsWith("platform.")) {
    const record = isObject(data["record"]) ? data["record"] : {};
    const failed = ["error", "failure", "timeout"].includes(named("status", record) ?? "");
    return { kind: "platform", data, level: failed ? "error" : "info", ...ids(taskId, named("requestId", record)) };
  }
  const level = LEVELS[(named("level") ?? "").toLowerCase()];
  return { kind: "app", data, ...(level ? { level } : {}), ...ids(taskId, named("requestId")) };
}

function readText(message: string): LogMessage {
  const printed = PRINTED.exec(message);
  const killed = KILLED.exec(message);
  const requestId = REQUEST.exec(message)?.[1] ?? killed?.[1] ?? printed?.[1];
  const level = killed ? "error" : LEVELS[(printed?.[2] ?? "").toLowerCase()];
  const kind = PLATFORM.test(message) ? "platform" : "app";
  return { kind, ...(level ? { level } : {}), ...ids(undefined, requestId) };
}

function ids(taskId: string | undefined, requestId: string | undefined) {
  return { ...(taskId ? { taskId } : {}), ...(requestId ? { requestId } : {}) };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  const value: unknown = jsonIn(text);
  return isObject(value) ? value : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
