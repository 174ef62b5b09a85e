import { UsageError } from "../contract/errors.ts";

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * @param text `500ms`, `90s`, `10m`, `2h`, `1d`; a bare number is seconds.
 * @returns milliseconds.
 */
export function parseDuration(text: string, flag: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text.trim());
  const value = match ? Number(match[1]) * (UNITS[match[2] ?? "s"] ?? 1000) : 0;
  if (value > 0 && value <= 30 * 86_400_000) return value;
  throw new UsageError(`"${text}" is not a length of time.`, {
    code: "DURATION_INVALID",
    where: flag,
    hint: "Write a number and a unit, at most 30 days: 90s, 10m, 2h.",
  });
}
