import { counted } from "../contract/counted.ts";
import type { ConsumptionMark } from "../contract/consumption.ts";
import type { ConsumptionShown, ConsumptionSummary } from "../contract/operations/consumption.ts";
import { formatCount, formatDuration } from "./format.ts";

/** @returns what was changed by hand, a line each: `paused since 2026-11-28 14:02 UTC by jane: model outage`. */
export function describeMark({ paused, limited }: ConsumptionMark): string[] {
  return [
    ...(paused
      ? [`paused since ${moment(paused.at)} by ${paused.by}${paused.reason === undefined ? "" : `: ${paused.reason}`}`]
      : []),
    ...(limited
      ? [
          `${atMost(limited.maxConcurrency)}, set ${moment(limited.at)} by ${limited.by} (configured: ${limited.configured ?? "no limit"})`,
        ]
      : []),
  ];
}

/** @returns how far a change is. */
export function describeChange({ state, ms }: ConsumptionShown): string {
  return `the event source mapping is ${state} after ${formatDuration(ms)}`;
}

/** @returns the result first, then what is worth knowing, a line each. */
export function describeConsumption(summary: ConsumptionSummary): string[] {
  const { action, state, maxConcurrency, mark, unchanged, queue, waiting, inFlight, resume, elapsedMs } = summary;
  const limit = maxConcurrency === undefined ? "no limit of its own" : atMost(maxConcurrency);
  const left = `${waiting === 0 ? "nothing waits" : counted(waiting, "waits", "wait")} in ${queue}`;
  const atWork =
    inFlight > 0 ? `; ${counted(inFlight, "at work goes on to its end", "at work go on to their end")}` : "";
  const before = unchanged ? "it was so before: " : "";
  if (state === "changing") return [`asked for, and not done after ${formatDuration(elapsedMs)}: the service goes on`];
  const result =
    action === "pause"
      ? `paused: nothing is taken any more, ${left}${atWork}`
      : action === "resume"
        ? `resumed, ${limit}: ${left}`
        : `${limit}${state === "disabled" ? ", once it is resumed" : ""}`;
  return [before + result, ...describeMark(mark), ...(resume === undefined ? [] : [`resume: ${resume}`])];
}

const atMost = (count: number) => `at most ${formatCount(count)} at once`;

/** The day matters, too: a pause may be forgotten. */
const moment = (at: string) => `${at.slice(0, 16).replace("T", " ")} UTC`;
