import { LOG_LEVELS, type LogLevel, type LogMessage } from "../../contract/log-message.ts";

/** @returns whether a line is at least so serious. A line that names no level counts as `info`. */
export function isAtLeast({ level = "info" }: LogMessage, lowest: LogLevel): boolean {
  return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(lowest);
}

/** Texts one of which is in every line that Lambda itself writes of a failure. */
const KILLED = ['?"Task timed out"', "?failure", "?timeout"];
const SPELT = (names: string[]) =>
  names.flatMap((name) => [`?${name.toLowerCase()}`, `?${name}`, `?${name.charAt(0)}${name.slice(1).toLowerCase()}`]);

/**
 * @returns a pattern that lets pass at least what `isAtLeast` does, so that not everything is fetched; undefined where that
 * is nearly everything.
 */
export function levelPattern(lowest: LogLevel): string | undefined {
  const errors = [...SPELT(["ERROR", "FATAL", "CRITICAL"]), ...KILLED];
  if (lowest === "error") return errors.join(" ");
  if (lowest === "warn") return [...errors, ...SPELT(["WARN", "WARNING"])].join(" ");
  return undefined;
}
