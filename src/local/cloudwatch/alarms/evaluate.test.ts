import { describe, expect, it } from "vitest";
import { Input } from "../input.ts";
import { readAlarm, type StateValue, TREATMENTS } from "./definition.ts";
import { evaluateAlarm, type Slot } from "./evaluate.ts";

/** X breaches, 0 does not, - is missing; the latest on the right. */
function slots(text: string, samples = 1): Slot[] {
  return text.split(" ").map((sign, index) => {
    const at = index * 60_000;
    return sign === "-" ? { at } : { at, point: { at, value: sign === "X" ? 10 : 1, samples } };
  });
}

const define = (more: Record<string, unknown> = {}) =>
  readAlarm(
    new Input({
      AlarmName: "a",
      Namespace: "n",
      MetricName: "m",
      Statistic: "Sum",
      Period: 60,
      EvaluationPeriods: 3,
      Threshold: 5,
      ComparisonOperator: "GreaterThanThreshold",
      ...more,
    }),
  );

type Outcome = StateValue | "RETAIN";
const states = (text: string, more: Record<string, unknown>): Outcome[] =>
  TREATMENTS.map((TreatMissingData) => {
    const definition = define({ ...more, TreatMissingData });
    return evaluateAlarm(definition, slots(text))?.state ?? "RETAIN";
  });

// Missing, ignore, breaching, notBreaching. Source: the tables of "How alarm state is evaluated when data is missing" in the
// CloudWatch user guide, and the examples below them.
describe("missing data are treated as AWS documents it", () => {
  it.each<[string, number, Outcome[]]>([
    ["0 - X - X", 3, ["OK", "OK", "OK", "OK"]],
    ["0 - - - -", 3, ["OK", "OK", "OK", "OK"]],
    ["- - - - -", 3, ["INSUFFICIENT_DATA", "RETAIN", "ALARM", "OK"]],
    ["0 X X - X", 3, ["ALARM", "ALARM", "ALARM", "ALARM"]],
    ["- - X - -", 3, ["ALARM", "RETAIN", "ALARM", "OK"]],
    ["- - - - X", 3, ["OK", "RETAIN", "ALARM", "OK"]],
    ["- - - X -", 3, ["OK", "RETAIN", "ALARM", "OK"]],
    ["0 - X - X", 2, ["ALARM", "ALARM", "ALARM", "ALARM"]],
    ["0 0 X 0 X", 2, ["ALARM", "ALARM", "ALARM", "ALARM"]],
    ["0 - X - -", 2, ["OK", "OK", "ALARM", "OK"]],
    ["- - - - 0", 2, ["OK", "OK", "ALARM", "OK"]],
    ["- - - X -", 2, ["ALARM", "RETAIN", "ALARM", "OK"]],
  ])("%s with %i of 3", (text, DatapointsToAlarm, expected) => {
    expect(states(text, { DatapointsToAlarm })).toEqual(expected);
  });

  it("as missing where the alarm does not say", () => {
    expect(evaluateAlarm(define(), slots("- - - - -"))?.state).toBe("INSUFFICIENT_DATA");
  });
});

it.each([
  ["GreaterThanThreshold", [false, false, true]],
  ["GreaterThanOrEqualToThreshold", [false, true, true]],
  ["LessThanThreshold", [true, false, false]],
  ["LessThanOrEqualToThreshold", [true, true, false]],
])("%s compares", (ComparisonOperator, expected) => {
  const definition = define({ ComparisonOperator, EvaluationPeriods: 1 });
  const breaching = [4, 5, 6].map((value) => evaluateAlarm(definition, [{ at: 0, point: { at: 0, value } }])?.state);
  expect(breaching.map((state) => state === "ALARM")).toEqual(expected);
});

it.each([
  ["p99", 999, 1000],
  ["p50", 19, 20],
  ["p10", 99, 100],
])("%s needs enough samples where low ones are ignored", (ExtendedStatistic, few, enough) => {
  const definition = define({
    Statistic: undefined,
    ExtendedStatistic,
    EvaluationPeriods: 1,
    EvaluateLowSampleCountPercentile: "ignore",
  });
  expect(evaluateAlarm(definition, slots("X", few))).toBeUndefined();
  expect(evaluateAlarm(definition, slots("X", enough))?.state).toBe("ALARM");
});
