import { UsageError } from "../contract/errors.ts";
import { parseDuration } from "./duration.ts";

/**
 * @param text how long ago (`90s`, `2h`, `1d`), or an ISO 8601 time.
 * @param now epoch milliseconds.
 * @returns epoch milliseconds.
 */
export function parseMoment(text: string, flag: string, now: number): number {
  if (/^\d+(\.\d+)?(ms|s|m|h|d)$/.test(text)) return now - parseDuration(text, flag);
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(at)) return at;
  throw new UsageError(`"${text}" is no time.`, {
    code: "TIME_INVALID",
    where: flag,
    hint: "Write how long ago (90s, 2h, 1d), or a time such as 2026-11-27T03:00:00Z.",
  });
}
