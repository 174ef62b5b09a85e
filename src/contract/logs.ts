/** One line of a function's log, whole: what was written in one go is one line, however many it prints. */
export interface LogLine {
  /** The same line has the same id in every answer of the service's; a live tail names none, so it is made of the line. */
  id: string;
  /** Epoch milliseconds. */
  at: number;
  group: string;
  stream: string;
  message: string;
}

/** What a reader of logs sees: lines in the order of time, and how it gets them. */
export type LogFeed =
  | ({ type: "line" } & LogLine)
  /** The function has written nothing yet, so there is no group; a follow looks for it again. */
  | { type: "group-missing"; group: string }
  /** How lines come from now on, when that changes. `reason` and `hint` say why it is not live. */
  | { type: "connection"; state: "live" | "polling" | "reconnecting"; reason?: string; hint?: string[] };

export interface LogQuery {
  groups: readonly string[];
  /** Epoch milliseconds, inclusive. */
  since: number;
  /** The service's own filter pattern. */
  filter?: string;
  signal: AbortSignal;
}

export interface LogReader {
  /** The past, oldest first, over all groups. */
  read(query: LogQuery & { until?: number }): AsyncIterable<LogFeed>;
  /** The past, then what comes, without a gap or a repeat. Never ends by itself. */
  follow(query: LogQuery): AsyncIterable<LogFeed>;
}
