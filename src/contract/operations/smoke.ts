import type { StackChange, StageShown, SummaryBase } from "./shared.ts";

/** The way a task takes, in order. */
export const SMOKE_HOPS = ["accepted", "queued", "worked", "stored", "told", "cleaned"] as const;
export type SmokeHop = (typeof SMOKE_HOPS)[number];

/** A hop begins, passes or fails. After a failure the rest is `skipped`, but `cleaned` is always tried. */
export interface HopEvent {
  type: "hop";
  hop: SmokeHop;
  state: "running" | "passed" | "failed" | "skipped";
  /** What was seen: `202 from POST /tasks`, `started 18 ms after it was sent`. */
  detail?: string;
  ms?: number;
  limitMs: number;
}

export interface SmokeSummary extends SummaryBase<"smoke"> {
  taskId?: string;
  passed: boolean;
  hops: HopEvent[];
  elapsedMs: number;
  costUsd?: number;
  maxCostUsd?: number;
  offline?: boolean;
  /** Path of the JUnit file, when one was asked for. */
  junit?: string;
}

/** `stage`, `stack`*, each hop `running` then its end, `stack` stopped?, `summary`. */
export type SmokeEvent = StageShown | StackChange | HopEvent | SmokeSummary;
