import type { Point } from "../periods.ts";
import type { AlarmDefinition, ComparisonOperator, Treatment } from "./definition.ts";
import { type Evaluation, isBreaching } from "./evaluate.ts";

/** Shown of a long alarm's data: a reason has 1,023 characters on AWS, its data 4,000. */
const MAX_SHOWN = 20;

const VERBS: Readonly<Record<ComparisonOperator, string>> = {
  GreaterThanOrEqualToThreshold: "greater than or equal to",
  GreaterThanThreshold: "greater than",
  LessThanThreshold: "less than",
  LessThanOrEqualToThreshold: "less than or equal to",
};

const TREATED: Readonly<Record<Treatment, string>> = {
  missing: "Missing",
  ignore: "Ignore",
  breaching: "Breaching",
  notBreaching: "NonBreaching",
};

/** Why an alarm is in its state, in CloudWatch's words. */
export function reasonOf(definition: AlarmDefinition, { state, real, filled }: Evaluation): string {
  const { evaluationPeriods: periods, datapointsToAlarm, treatMissing = "missing" } = definition;
  const missing = `${filled.length} missing ${datapoints(filled.length)} ${were(filled.length)} treated as [${TREATED[treatMissing]}]`;
  if (state === "INSUFFICIENT_DATA")
    return `Insufficient Data: ${periods} ${datapoints(periods)} ${were(periods)} unknown.`;
  if (real.length === 0)
    return `Threshold Crossed: no datapoints were received for ${periods} ${periods === 1 ? "period" : "periods"} and ${missing}.`;
  const breaching = real.filter(({ value }) => isBreaching(definition, value));
  const within = real.filter(({ value }) => !isBreaching(definition, value));
  const breaches = state === "ALARM" ? breaching.length > 0 : within.length === 0;
  const shown = breaches ? breaching : within;
  const count =
    datapointsToAlarm === undefined
      ? `${shown.length} ${datapoints(shown.length)}`
      : `${shown.length} out of the last ${real.length + filled.length} datapoints`;
  const list = shown.toReversed().slice(0, MAX_SHOWN).map(describe).join(", ");
  const verb = `${were(shown.length)} ${breaches ? "" : "not "}${VERBS[definition.comparison]} the threshold (${double(definition.threshold)})`;
  return `Threshold Crossed: ${count} [${list}] ${verb}${filled.length > 0 ? ` and ${missing}` : ""}${minimum(definition, state)}.`;
}

function minimum({ evaluationPeriods, datapointsToAlarm }: AlarmDefinition, state: Evaluation["state"]): string {
  if (datapointsToAlarm === undefined) return "";
  const count = state === "ALARM" ? datapointsToAlarm : evaluationPeriods - datapointsToAlarm + 1;
  const change = state === "ALARM" ? "OK -> ALARM" : "ALARM -> OK";
  return ` (minimum ${count} ${datapoints(count)} for ${change} transition)`;
}

/** `StateReasonData`: JSON. */
export function reasonDataOf(definition: AlarmDefinition, { real, filled }: Evaluation, now: number): string {
  const { watches, period, threshold } = definition;
  const evaluated = [
    ...real.map(({ at, value, samples }) => ({ at, samples, value })),
    ...filled.map(({ at }) => ({ at })),
  ];
  const stat = "stat" in watches ? { statistic: watches.stat.statistic.name } : {};
  const unit = "stat" in watches && watches.stat.unit ? { unit: watches.stat.unit } : {};
  const [first] = real;
  return JSON.stringify({
    version: "1.0",
    queryDate: javaDate(now),
    ...(first ? { startDate: javaDate(first.at) } : {}),
    ...unit,
    ...stat,
    period,
    recentDatapoints: real.slice(-MAX_SHOWN).map(({ value }) => value),
    threshold,
    evaluatedDatapoints: evaluated
      .sort((a, b) => b.at - a.at)
      .slice(0, MAX_SHOWN)
      .map(({ at, ...rest }) => {
        const { samples, value } = { samples: undefined, value: undefined, ...rest };
        return { timestamp: javaDate(at), sampleCount: samples, value };
      }),
  });
}

const datapoints = (count: number) => (count === 1 ? "datapoint" : "datapoints");
const were = (count: number) => (count === 1 ? "was" : "were");

function describe({ at, value }: Point): string {
  const [date = "", time = ""] = new Date(at).toISOString().slice(2, 19).split("T");
  return `${double(value)} (${date.split("-").toReversed().join("/")} ${time})`;
}

/** `2026-01-01T00:00:00.000+0000` */
export function javaDate(at: number): string {
  return new Date(at).toISOString().replace("Z", "+0000");
}

/** A number as Java writes a double. */
function double(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e7 || (size > 0 && size < 1e-3)) {
    const [mantissa = "", exponent = ""] = value.toExponential().split("e");
    return `${mantissa.includes(".") ? mantissa : `${mantissa}.0`}E${Number(exponent)}`;
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
