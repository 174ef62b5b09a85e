import type { Point } from "../periods.ts";
import type { AlarmDefinition, ComparisonOperator, StateValue } from "./definition.ts";

/** One period of the evaluation range; without a point its data are missing. */
export interface Slot {
  /** Start, epoch milliseconds. */
  at: number;
  point?: Point;
}

export interface Evaluation {
  state: StateValue;
  /** The real data it rests on, oldest first. */
  real: Point[];
  /** Missing ones that were filled in, oldest first. */
  filled: Slot[];
}

/** Periods looked at beyond EvaluationPeriods. AWS names no number; its examples take five for three. */
export const EXTRA_PERIODS = 2;

const COMPARE: Readonly<Record<ComparisonOperator, (value: number, threshold: number) => boolean>> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

export function isBreaching({ comparison, threshold }: AlarmDefinition, value: number): boolean {
  return COMPARE[comparison](value, threshold);
}

/**
 * Evaluates an alarm as the CloudWatch user guide says it ("How alarm state is evaluated when data is missing"): real data
 * first, also those from farther back; what is still missing is filled in as the alarm treats it.
 *
 * @param slots the evaluation range, oldest first
 * @returns undefined when the state stays as it is.
 */
export function evaluateAlarm(definition: AlarmDefinition, slots: readonly Slot[]): Evaluation | undefined {
  const { evaluationPeriods, treatMissing = "missing" } = definition;
  const toAlarm = definition.datapointsToAlarm ?? evaluationPeriods;
  const real = slots.flatMap(({ point }) => point ?? []).slice(-evaluationPeriods);
  const missing = slots.filter(({ point }) => !point);
  const filled = missing.slice(missing.length - (evaluationPeriods - real.length));
  if (tooFewSamples(definition, real)) return undefined;
  const breaching = real.filter(({ value }) => isBreaching(definition, value)).length;
  const as = (state: StateValue): Evaluation => ({ state, real, filled });

  if (real.length === 0) {
    if (treatMissing === "ignore") return undefined;
    return as(({ missing: "INSUFFICIENT_DATA", breaching: "ALARM", notBreaching: "OK" } as const)[treatMissing]);
  }
  const counted = treatMissing === "breaching" ? breaching + filled.length : breaching;
  if (counted >= toAlarm) return as("ALARM");
  // All that is known breaches, but it is less than the alarm asks for.
  if (breaching === real.length && filled.length > 0) {
    if (treatMissing === "ignore") return undefined;
    if (treatMissing === "missing" && ageOf(slots) >= toAlarm) return as("ALARM");
  }
  return as("OK");
}

/** How many periods ago the oldest point of the range is; 1 for the latest. */
function ageOf(slots: readonly Slot[]): number {
  return slots.length - slots.findIndex(({ point }) => point);
}

/** With `EvaluateLowSampleCountPercentile: ignore`: too few samples for the percentile to mean anything. */
function tooFewSamples({ watches, lowSamples }: AlarmDefinition, real: readonly Point[]): boolean {
  if (lowSamples !== "ignore" || !("stat" in watches) || !watches.stat.statistic.name.startsWith("p")) return false;
  const share = Number(watches.stat.statistic.name.slice(1)) / 100;
  const needed = 10 / (share >= 0.5 ? 1 - share : share);
  return real.some(({ samples = Infinity }) => samples < needed);
}
