/** Fields of a log line. Never a prompt, document or secret. */
export type LogFields = Record<string, unknown>;

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** @returns a logger whose every line has these fields too. */
  child(fields: LogFields): Logger;
}

const LEVELS = ["DEBUG", "INFO", "WARN", "ERROR"] as const;
type Level = (typeof LEVELS)[number];

export interface LoggerOptions {
  /** Takes one line without its newline. */
  write(line: string): void;
  /** Lowest level that is written: `AWS_LAMBDA_LOG_LEVEL`'s names; default INFO. */
  level?: string | undefined;
  now?: () => number;
}

/** A logger of one JSON object a line, as Lambda's JSON log format reads it. */
export function createLogger(options: LoggerOptions, fields: LogFields = {}): Logger {
  const lowest = LEVELS.findIndex((level) => level === options.level?.toUpperCase());
  const log =
    (level: Level) =>
    (message: string, more: LogFields = {}) => {
      if (LEVELS.indexOf(level) < (lowest < 0 ? 1 : lowest)) return;
      const timestamp = new Date((options.now ?? Date.now)()).toISOString();
      options.write(toLine({ timestamp, level, message, ...fields, ...more }));
    };
  return {
    debug: log("DEBUG"),
    info: log("INFO"),
    warn: log("WARN"),
    error: log("ERROR"),
    child: (more) => createLogger(options, { ...fields, ...more }),
  };
}

/** Lambda patches `console` so that it wraps what it writes; the stream itself passes a line on as it is. */
export function writeToStdout(line: string): void {
  process.stdout.write(`${line}\n`);
}

function toLine(entry: LogFields): string {
  try {
    return JSON.stringify(entry, (_key, value: unknown) => {
      if (value instanceof Error) return { name: value.name, message: value.message };
      return typeof value === "bigint" ? String(value) : value;
    });
  } catch {
    return JSON.stringify({
      timestamp: entry["timestamp"],
      level: entry["level"],
      message: entry["message"],
      unprintable: true,
    });
  }
}
