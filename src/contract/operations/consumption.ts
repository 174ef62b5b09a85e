import type { ConsumptionMark } from "../consumption.ts";
import type { Consumption } from "../ports.ts";
import type { StageShown, SummaryBase } from "./shared.ts";

/** How the stage takes messages now: told until a change is done. */
export interface ConsumptionShown extends Consumption {
  type: "consumption";
  ms: number;
}

/** Of `pause`, `resume` and `concurrency set`. */
export interface ConsumptionSummary extends SummaryBase<"consumption">, Consumption {
  action: "pause" | "resume" | "limit";
  mark: ConsumptionMark;
  /** It was so before. */
  unchanged: boolean;
  /** Name of the queue. */
  queue: string;
  /** Messages that wait in it, and those that are at work. */
  waiting: number;
  inFlight: number;
  /** The command that takes messages again, while nothing is taken. */
  resume?: string;
  elapsedMs: number;
}

/** `stage`, `consumption`*, `summary`. */
export type ConsumptionEvent = StageShown | ConsumptionShown | ConsumptionSummary;
