import { invalidCombination, nullMember, notOffered, validation } from "../errors.ts";
import type { Input } from "../input.ts";
import { MAX_QUERIES_OF_ALARM } from "../limits.ts";
import { type MetricStat, type Query, readQueries } from "../math/queries.ts";
import { metricOf, readDimensions, UNITS } from "../metric.ts";
import { parseStatistic, SIMPLE_STATISTICS } from "../statistics.ts";

export const STATES = ["INSUFFICIENT_DATA", "ALARM", "OK"] as const;
export type StateValue = (typeof STATES)[number];

export const OPERATORS = [
  "GreaterThanOrEqualToThreshold",
  "GreaterThanThreshold",
  "LessThanThreshold",
  "LessThanOrEqualToThreshold",
] as const;
export type ComparisonOperator = (typeof OPERATORS)[number];

/** They compare with a band of anomaly detection. */
const BAND_OPERATORS = [
  "LessThanLowerOrGreaterThanUpperThreshold",
  "LessThanLowerThreshold",
  "GreaterThanUpperThreshold",
];

export const TREATMENTS = ["missing", "ignore", "breaching", "notBreaching"] as const;
export type Treatment = (typeof TREATMENTS)[number];

/** A metric alarm, as PutMetricAlarm defines it. */
export interface AlarmDefinition {
  name: string;
  description: string | undefined;
  actionsEnabled: boolean;
  actions: Readonly<Record<StateValue, readonly string[]>>;
  /** What it watches: one metric's statistic, or queries of which one is returned. */
  watches: { stat: MetricStat } | { queries: readonly Query[] };
  /** Seconds. */
  period: number;
  evaluationPeriods: number;
  /** Absent: every one of the periods. */
  datapointsToAlarm: number | undefined;
  threshold: number;
  comparison: ComparisonOperator;
  treatMissing: Treatment | undefined;
  lowSamples: "evaluate" | "ignore" | undefined;
}

const HOUR = 3600;
const DAY = 86_400;

/** Reads and checks PutMetricAlarm's input. @throws ValidationError, InvalidParameterCombination */
export function readAlarm(input: Input): AlarmDefinition {
  const name = input.required("AlarmName", input.sized("AlarmName", { max: 255 }));
  const description = input.sized("AlarmDescription", { min: 0, max: 1024 });
  if (input.has("EvaluationCriteria")) throw notOffered("alarms on PromQL queries");
  for (const member of ["EvaluationInterval", "EvaluationWindow", "WarmUpConfiguration", "ActionConfiguration"])
    if (input.has(member)) throw notOffered(`${member} of alarms`);
  if (input.has("ThresholdMetricId")) throw notOffered("alarms on anomaly detection");
  const comparison = readComparison(input);
  const watches = readWatched(input);
  const period = "stat" in watches ? watches.stat.period : periodOf(watches.queries);
  const evaluationPeriods = input.required("EvaluationPeriods", input.integer("EvaluationPeriods", { min: 1 }));
  const datapointsToAlarm = input.integer("DatapointsToAlarm", { min: 1 });
  if (datapointsToAlarm !== undefined && datapointsToAlarm > evaluationPeriods)
    throw validation("The value for DatapointsToAlarm must be less than or equal to EvaluationPeriods.");
  checkSpan(period, evaluationPeriods);
  const threshold = input.number("Threshold");
  if (threshold === undefined) throw validation("The parameter Threshold is required for this type of alarm.");
  if (!Number.isFinite(threshold)) throw validation(`The value ${threshold} for parameter Threshold is invalid.`);
  return {
    name,
    description,
    actionsEnabled: input.flag("ActionsEnabled") ?? true,
    actions: {
      OK: readActions(input, "OKActions"),
      ALARM: readActions(input, "AlarmActions"),
      INSUFFICIENT_DATA: readActions(input, "InsufficientDataActions"),
    },
    watches,
    period,
    evaluationPeriods,
    datapointsToAlarm,
    threshold,
    comparison,
    treatMissing: readOption(input, "TreatMissingData", TREATMENTS),
    lowSamples: readOption(input, "EvaluateLowSampleCountPercentile", ["evaluate", "ignore"]),
  };
}

function readComparison(input: Input): ComparisonOperator {
  const text = input.text("ComparisonOperator");
  if (text !== undefined && BAND_OPERATORS.includes(text)) throw notOffered("alarms on anomaly detection");
  return input.required("ComparisonOperator", input.choice("ComparisonOperator", OPERATORS));
}

function readWatched(input: Input): AlarmDefinition["watches"] {
  if (!input.has("Metrics")) return { stat: readStat(input) };
  const single = ["MetricName", "Namespace", "Dimensions", "Period", "Unit", "Statistic", "ExtendedStatistic"];
  const extra = single.find((member) => input.has(member));
  if (extra)
    throw validation(`The parameters Metrics and ${extra} are mutually exclusive and you have specified both.`);
  const queries = readQueries(input, "Metrics", MAX_QUERIES_OF_ALARM);
  if (queries.filter(({ returnData }) => returnData).length !== 1)
    throw validation("Exactly one element of the Metrics list should return data.");
  if (!queries.some(({ stat }) => stat)) throw validation("The Metrics list must have at least one MetricStat.");
  return { queries };
}

function readStat(input: Input): MetricStat {
  const name = input.sized("MetricName", { max: 255 });
  if (name === undefined) throw validation("Either MetricName or Metrics must be specified.");
  const namespace = input.required("Namespace", input.sized("Namespace", { max: 255 }));
  const simple = input.choice("Statistic", SIMPLE_STATISTICS);
  const extended = input.text("ExtendedStatistic");
  if (simple !== undefined && extended !== undefined)
    throw invalidCombination("Statistic and ExtendedStatistic cannot both be set for the alarm.");
  const statistic = parseStatistic(simple ?? extended ?? "");
  if (simple === undefined && extended === undefined)
    throw validation("Exactly one of Statistic and ExtendedStatistic must be specified.");
  if (statistic === "elsewhere") throw notOffered(`the statistic ${extended}`);
  if (!statistic) throw validation(`The value ${extended} for parameter ExtendedStatistic is not supported.`);
  const period = input.integer("Period", { min: 1 });
  if (period === undefined) throw nullMember("Period");
  if (![10, 20, 30].includes(period) && period % 60 > 0)
    throw validation("Invalid value for parameter Period: it must be 10, 20, 30 or a multiple of 60.");
  return {
    metric: metricOf(namespace, name, readDimensions(input)),
    period,
    statistic,
    unit: input.choice("Unit", UNITS),
  };
}

function periodOf(queries: readonly Query[]): number {
  return Math.max(...queries.map(({ stat }) => stat?.period ?? 0));
}

function checkSpan(period: number, periods: number): void {
  const most = period < HOUR ? DAY : 7 * DAY;
  if (period * periods <= most) return;
  throw validation(
    period < HOUR
      ? "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400)."
      : "Metrics cannot be checked across more than a week (EvaluationPeriods * Period must be <= 604800).",
  );
}

function readActions(input: Input, name: string): string[] {
  const actions = input.texts(name, { max: 5 }) ?? [];
  for (const action of actions)
    if (!/^arn:[^:]+:[^:]+:.+/.test(action)) throw validation(`Invalid arn syntax: ${action}`);
  return actions;
}

function readOption<T extends string>(input: Input, name: string, options: readonly T[]): T | undefined {
  const text = input.sized(name, { max: 255 });
  const option = options.find((item) => item === text);
  if (text !== undefined && option === undefined)
    throw validation(
      `Option ${text} for parameter ${name} is not supported; it must be one of [${options.join(", ")}].`,
    );
  return option;
}
