import type { Action } from "../deps.ts";
import { constraint, invalidCombination, invalidValue, missing } from "../errors.ts";
import type { Input } from "../input.ts";
import { isSample, isTimely, MAX_METRICS, MAX_VALUES } from "../limits.ts";
import { type Dimension, MAX_DIMENSIONS, type Metric, metricOf, type Unit, UNITS } from "../metric.ts";
import type { Bucket, StatisticSet } from "../bucket.ts";

/** A checked datum: nothing is kept unless all of a request is right. */
interface Sample {
  metric: Metric;
  unit: Unit;
  at: number;
  resolution: 1 | 60;
  fill(bucket: Bucket): void;
}

export const putMetricData: Action = (input, { ctx, store }) => {
  const namespace = readNamespace(input);
  const data = input.objects("MetricData") ?? [];
  const entities = (input.objects("EntityMetricData") ?? []).flatMap((entity) => entity.objects("MetricData") ?? []);
  const all = [...data, ...entities];
  if (all.length === 0) throw missing("MetricData");
  if (all.length > MAX_METRICS)
    throw invalidValue(`The collection MetricData must not have a size greater than ${MAX_METRICS}.`);
  const now = ctx.clock.now();
  const samples = all.map((datum) => readSample(namespace, datum, now));
  for (const { metric, unit, at, resolution, fill } of samples) fill(store.series(metric, unit).at(at, resolution));
  // What is answered is on disk.
  store.flush();
  return undefined;
};

function readNamespace(input: Input): string {
  const namespace = input.sized("Namespace", { max: 255 });
  if (namespace === undefined) throw missing("Namespace");
  if (namespace.startsWith(":"))
    throw constraint("Namespace", namespace, "Member must satisfy regular expression pattern: [^:].*");
  if (namespace.startsWith("AWS/")) throw invalidValue("The value AWS/ for parameter Namespace is invalid.");
  return namespace;
}

function readSample(namespace: string, datum: Input, now: number): Sample {
  const name = datum.sized("MetricName", { max: 255 });
  if (name === undefined) throw missing(datum.at("MetricName"));
  const at = datum.time("Timestamp") ?? now;
  if (!isTimely(at, now))
    throw invalidValue(`The parameter ${datum.at("Timestamp")} must specify a time within the past two weeks.`);
  const resolution = datum.integer("StorageResolution", { min: 1 }) ?? 60;
  if (resolution !== 1 && resolution !== 60)
    throw invalidValue(`The parameter ${datum.at("StorageResolution")} must be a value in the set [ 1, 60 ].`);
  return {
    metric: metricOf(namespace, name, readSampleDimensions(datum)),
    unit: readUnit(datum),
    at,
    resolution,
    fill: readValues(datum),
  };
}

function readUnit(datum: Input): Unit {
  const name = datum.text("Unit");
  const unit = name === undefined ? "None" : UNITS.find((item) => item === name);
  if (!unit)
    throw invalidValue(`The parameter ${datum.at("Unit")} must be a value in the set [ ${UNITS.join(", ")} ].`);
  return unit;
}

function readSampleDimensions(datum: Input): Dimension[] {
  const inputs = datum.objects("Dimensions") ?? [];
  if (inputs.length > MAX_DIMENSIONS)
    throw invalidValue(`The collection ${datum.at("Dimensions")} must not have a size greater than ${MAX_DIMENSIONS}.`);
  const dimensions = inputs.map((dimension) => {
    const name = dimension.sized("Name", { max: 255 });
    const value = dimension.sized("Value", { max: 1024 });
    if (name === undefined) throw missing(dimension.at("Name"));
    if (value === undefined) throw missing(dimension.at("Value"));
    return { name, value };
  });
  if (new Set(dimensions.map(({ name }) => name)).size < dimensions.length)
    throw invalidValue(`No Metric may specify the same dimension name twice.`);
  return dimensions;
}

function readValues(datum: Input): Sample["fill"] {
  const value = datum.number("Value");
  const set = datum.object("StatisticValues");
  const values = datum.numbers("Values");
  const given = (["Value", "Values", "StatisticValues"] as const).filter((name) => datum.has(name));
  if (given.length > 1) {
    const [first = "", second = ""] = given.map((name) => datum.at(name));
    throw invalidCombination(
      `The parameters ${first} and ${second} are mutually exclusive and you have specified both.`,
    );
  }
  if (value !== undefined) {
    checkSample(value, datum.at("Value"));
    return (bucket) => bucket.add(value);
  }
  if (set) {
    const statistics = readSet(set);
    return (bucket) => bucket.addSet(statistics);
  }
  if (values && values.length > 0) return readList(datum, values);
  throw invalidCombination(
    `At least one of the parameters ${datum.at("Value")}, ${datum.at("Values")} and ${datum.at("StatisticValues")} must be specified.`,
  );
}

function readSet(set: Input): StatisticSet {
  const read = (name: string): number => {
    const value = set.number(name);
    if (value === undefined) throw missing(set.at(name));
    checkSample(value, set.at(name));
    return value;
  };
  const statistics = { count: read("SampleCount"), sum: read("Sum"), min: read("Minimum"), max: read("Maximum") };
  if (statistics.max < statistics.min)
    throw invalidValue(`The parameter ${set.at("Maximum")} must be greater than ${set.at("Minimum")}.`);
  if (statistics.count <= 0) throw invalidValue(`The parameter ${set.at("SampleCount")} must be greater than 0.`);
  return statistics;
}

function readList(datum: Input, values: number[]): Sample["fill"] {
  if (values.length > MAX_VALUES)
    throw invalidValue(`The collection ${datum.at("Values")} must not have a size greater than ${MAX_VALUES}.`);
  const counts = datum.numbers("Counts") ?? values.map(() => 1);
  if (counts.length !== values.length)
    throw invalidValue(`The parameters ${datum.at("Values")} and ${datum.at("Counts")} must be of the same size.`);
  values.forEach((value, index) => checkSample(value, `${datum.at("Values")}.member.${index + 1}`));
  counts.forEach((count, index) => {
    checkSample(count, `${datum.at("Counts")}.member.${index + 1}`);
    if (count <= 0)
      throw invalidValue(`The parameter ${datum.at("Counts")}.member.${index + 1} must be greater than 0.`);
  });
  return (bucket) => values.forEach((value, index) => bucket.add(value, counts[index]));
}

function checkSample(value: number, parameter: string): void {
  if (!isSample(value)) throw invalidValue(`The value ${value} for parameter ${parameter} is invalid.`);
}
