import type { DlqReplaySummary, ReplayPlan } from "../contract/operations/dlq-replay.ts";
import { formatCount, formatDuration } from "./format.ts";

/* Words for a replay: the same on every screen and in plain text. */

/** @returns how many go where, then what is changed, a line each. */
export function describeReplay(plan: ReplayPlan): string[] {
  const { count, from, to, toStage, keep, changes, invalid } = plan;
  const where = toStage ? `${to} of stage ${toStage.stage}` : to;
  return [
    `${formatCount(count)} of ${from} to be sent to ${where}${keep ? "; the originals stay" : ""}`,
    ...changes,
    ...(invalid
      ? [`${formatCount(invalid.count)} stay, as nobody would take them: ${invalid.messageId}: ${invalid.problem}`]
      : []),
  ];
}

/** @returns the first letter's body before and after, as lines with `-` and `+`; what is the same in both is left out. */
export function describeExample({ example }: ReplayPlan): string[] {
  if (!example) return [];
  const [before, after] = [example.before, example.after].map(linesOf);
  if (!before || !after || example.before === example.after) return [];
  return [
    `${example.id}:`,
    ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
  ];
}

/** A comma at a line's end is no change. */
function linesOf(body: string): string[] {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
      .split("\n")
      .map((line) => line.replace(/,$/, ""));
  } catch {
    return body.split("\n");
  }
}

/** @returns the result first, then what is worth knowing. */
export function describeReplayed(summary: DlqReplaySummary): string[] {
  const { replayed, kept, refused, perhapsTwice, gone = 0, completed, failed = 0, resume, elapsedMs } = summary;
  if (summary.empty) return ["no dead letters"];
  const parts: [number, string][] = [
    [refused, "refused"],
    [gone, "gone meanwhile"],
    [perhapsTwice, "perhaps there twice"],
  ];
  const beside = parts.flatMap(([count, what]) => (count === 0 ? [] : [`, ${formatCount(count)} ${what}`])).join("");
  const ends = completed === undefined ? "" : `, ${formatCount(completed)} completed, ${formatCount(failed)} failed`;
  return [
    `${formatCount(replayed)} replayed in ${formatDuration(elapsedMs)}${kept ? ", the originals stay" : ""}${beside}${ends}`,
    ...(resume === undefined ? [] : [`go on: ${resume}`]),
  ];
}
