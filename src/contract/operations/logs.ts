import type { LogLevel, LogMessage } from "../log-message.ts";
import type { LogFeed, LogLine } from "../logs.ts";
import type { StageRef } from "../ports.ts";
import type { StageShown, SummaryBase } from "./shared.ts";

/** First: what is read. */
export interface LogsReading {
  type: "reading";
  ref: StageRef;
  /** Names of the functions as `--function` takes them, and their log groups. */
  functions: { name: string; group: string }[];
  /** Epoch milliseconds. */
  since: number;
  until?: number;
  follow: boolean;
  taskId?: string;
  level?: LogLevel;
  filter?: string;
  /** `--raw`: text renderers print messages alone, as they are. */
  raw?: true;
}

/** One line, whole, and what it says of itself. */
export interface LogsLine extends LogLine, LogMessage {
  type: "line";
  /** As `--function` takes it. */
  function: string;
}

/** The function has written nothing yet. */
export interface LogsMissing {
  type: "group-missing";
  function: string;
  group: string;
}

export interface LogsSummary extends SummaryBase<"logs"> {
  lines: number;
  /** Of them, those that are written for machines: text renderers leave them out. */
  machine: number;
  /** Set when a follow was left. */
  detached?: true;
}

/** `stage`?, `reading`, then lines as they come, `connection` when that changes how, `summary`. */
export type LogsEvent =
  | StageShown
  | LogsReading
  | LogsLine
  | LogsMissing
  | Extract<LogFeed, { type: "connection" }>
  | LogsSummary;
