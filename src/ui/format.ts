import type { Usage } from "../contract/event.ts";
import { thousands } from "../contract/thousands.ts";
import { printable } from "./printable.ts";

/** @param ms milliseconds. @returns `12 ms`, `1.8 s`, `2 min 5 s`, `1 h 3 min`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** @param seconds of a long time. @returns `45 s`, `12 min`, `3 h 5 min`, `13 d 4 h`. */
export function formatAge(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${Math.floor(hours / 24)} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** @returns dollars with as many digits as a cost per task needs; `cost unknown` when a price is not known. */
export function formatCost(usd: number | undefined): string {
  if (usd === undefined) return "cost unknown";
  if (usd === 0) return "$0";
  return usd < 0.00005 ? "< $0.0001" : `$${usd.toFixed(usd < 1 ? 4 : 2)}`;
}

/** @returns `812 in / 96 out` over all models; empty when nothing was counted. */
export function formatTokens(usage: Usage[]): string {
  const input = usage.reduce((sum, { inputTokens }) => sum + inputTokens, 0);
  const output = usage.reduce((sum, { outputTokens }) => sum + outputTokens, 0);
  return input + output === 0 ? "" : `${formatCount(input)} in / ${formatCount(output)} out`;
}

/** @returns `4,012`. */
export function formatCount(count: number): string {
  return thousands(count);
}

/** @returns `line 7`, `lines 2, 5, 9`, `lines 2, 5, 9 and 40 more`. */
export function formatLines({ lines, count }: { lines: readonly number[]; count: number }, shown = 10): string {
  const named = lines.slice(0, shown);
  const more = count - named.length;
  return `line${count === 1 ? "" : "s"} ${named.join(", ")}${more > 0 ? ` and ${formatCount(more)} more` : ""}`;
}

/** @returns `312 B`, `1.4 MB` (decimal, as storage is billed). */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ["kB", "MB", "GB"];
  let value = bytes;
  let unit = "B";
  for (const next of units) {
    if (value < 1000) break;
    value /= 1000;
    unit = next;
  }
  return `${value.toFixed(value < 10 ? 1 : 0)} ${unit}`;
}

/** @param at epoch milliseconds or ISO 8601. @returns `14:03:22` in the machine's time zone. */
export function formatTime(at: number | string): string {
  return new Date(at).toTimeString().slice(0, 8);
}

/** @returns the first eight characters, enough to tell tasks of a screen apart. */
export function shortId(taskId: string): string {
  return taskId.slice(0, 8);
}

/** @returns one line as a screen may show it, cut at `length` characters. */
export function oneLine(text: string, length: number): string {
  const line = printable(text).replaceAll(/\s+/g, " ").trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}
