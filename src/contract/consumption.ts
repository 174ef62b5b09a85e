import { jsonIn, member } from "./json.ts";

/** What somebody changed by hand of how a stage takes messages from its queue. It lies with the stage; a deployment keeps it. */
export interface ConsumptionMark {
  paused?: PauseMark;
  limited?: LimitMark;
}

/** Nothing is taken from the queue. */
export interface PauseMark {
  /** ISO 8601. */
  at: string;
  by: string;
  reason?: string;
}

/** Other than the configuration says. */
export interface LimitMark {
  maxConcurrency: number;
  /** What the configuration says; absent: no limit. */
  configured?: number;
  /** ISO 8601. */
  at: string;
  by: string;
}

/** What AWS takes as an event source mapping's MaximumConcurrency. */
export const CONCURRENCY = { min: 2, max: 1000 } as const;

/** @returns whether anything was changed by hand. */
export function isMarked({ paused, limited }: ConsumptionMark): boolean {
  return paused !== undefined || limited !== undefined;
}

/** @returns the mark that a parameter holds; an empty one where there is none, or one that this version cannot read. */
export function parseMark(text: string | undefined): ConsumptionMark {
  return markOf(text === undefined ? undefined : jsonIn(text));
}

/** @returns the mark that a value is; an empty one where it is none. */
export function markOf(value: unknown): ConsumptionMark {
  const paused = member(value, "paused");
  const limited = member(value, "limited");
  return {
    ...(isPause(paused) ? { paused } : {}),
    ...(isLimit(limited) ? { limited } : {}),
  };
}

function isPause(value: unknown): value is PauseMark {
  const reason = member(value, "reason");
  return isSigned(value) && (reason === undefined || typeof reason === "string");
}

function isLimit(value: unknown): value is LimitMark {
  const configured = member(value, "configured");
  return (
    isSigned(value) &&
    Number.isInteger(member(value, "maxConcurrency")) &&
    (configured === undefined || Number.isInteger(configured))
  );
}

const isSigned = (value: unknown) => typeof member(value, "at") === "string" && typeof member(value, "by") === "string";
