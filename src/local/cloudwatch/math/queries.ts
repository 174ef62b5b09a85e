import { notOffered, validation } from "../errors.ts";
import type { Input } from "../input.ts";
import { type Metric, metricOf, readDimensions, renderMetric, type Unit, UNITS } from "../metric.ts";
import { isPeriod } from "../periods.ts";
import { parseStatistic, type Statistic } from "../statistics.ts";
import { type Expression, parseExpression } from "./parse.ts";

/** A metric's statistic, as a query or an alarm asks for it. */
export interface MetricStat {
  metric: Metric;
  /** Seconds. */
  period: number;
  statistic: Statistic;
  unit: Unit | undefined;
}

/** One MetricDataQuery, checked: a metric's statistic or an expression over others. */
export interface Query {
  id: string;
  label: string | undefined;
  returnData: boolean;
  stat?: MetricStat;
  expression?: Expression;
  /** The expression as it was given. */
  text?: string;
  /** Seconds, of an expression; told back, for an expression has the period of what it is made of. */
  period?: number;
}

const ID = /^[a-z][a-zA-Z0-9_]*$/;

/** Reads a list of queries. @throws ValidationError as AWS does, for what is wrong with any of them. */
export function readQueries(input: Input, name: string, most: number): Query[] {
  const inputs = input.required(name, input.objects(name));
  if (inputs.length === 0) throw validation(`The parameter ${name} must have at least one member.`);
  if (inputs.length > most) throw validation(`The collection ${name} must not have a size greater than ${most}.`);
  const queries = inputs.map(readQuery);
  const ids = new Set<string>();
  for (const { id } of queries) {
    if (ids.has(id)) throw validation(`The values for parameter id in ${name} are not unique.`);
    ids.add(id);
  }
  return queries;
}

function readQuery(input: Input): Query {
  const id = input.required("Id", input.sized("Id", { max: 255 }));
  if (!ID.test(id)) {
    throw validation(
      `The value ${id} for parameter ${input.at("Id")} is not matching the expected pattern ${ID.source.slice(1, -1)}.`,
    );
  }
  const stat = input.object("MetricStat");
  const text = input.sized("Expression", { max: 2048 });
  if ((stat === undefined) === (text === undefined)) {
    throw validation(
      `Exactly one of the parameters ${input.at("MetricStat")} and ${input.at("Expression")} must be specified.`,
    );
  }
  const period = input.integer("Period", { min: 1 });
  if (period !== undefined && !isPeriod(period)) throw wrongPeriod(input.at("Period"));
  const shared = { id, label: input.text("Label"), returnData: input.flag("ReturnData") ?? true };
  if (stat) return { ...shared, stat: readMetricStat(stat) };
  const expression = { expression: parseExpression(text ?? "", id), text: text ?? "" };
  return { ...shared, ...expression, ...(period === undefined ? {} : { period }) };
}

function readMetricStat(input: Input): MetricStat {
  const metric = input.required("Metric", input.object("Metric"));
  const namespace = metric.required("Namespace", metric.sized("Namespace", { max: 255 }));
  const name = metric.required("MetricName", metric.sized("MetricName", { max: 255 }));
  const period = input.required("Period", input.integer("Period", { min: 1 }));
  if (!isPeriod(period)) throw wrongPeriod(input.at("Period"));
  const stat = input.required("Stat", input.text("Stat"));
  const statistic = parseStatistic(stat);
  if (statistic === "elsewhere") throw notOffered(`the statistic ${stat}`);
  if (!statistic) throw validation(`The value ${stat} for parameter ${input.at("Stat")} is not a valid statistic.`);
  return {
    metric: metricOf(namespace, name, readDimensions(metric)),
    period,
    statistic,
    unit: input.choice("Unit", UNITS),
  };
}

/** A query as the API writes it. */
export function renderQuery({ id, label, returnData, stat, text, period }: Query) {
  return {
    Id: id,
    ...(stat ? { MetricStat: renderMetricStat(stat) } : { Expression: text }),
    Label: label,
    ReturnData: returnData,
    Period: period,
  };
}

function renderMetricStat({ metric, period, statistic, unit }: MetricStat) {
  return { Metric: renderMetric(metric), Period: period, Stat: statistic.name, Unit: unit };
}

function wrongPeriod(parameter: string) {
  return validation(`The parameter ${parameter} must be 1, 5, 10, 20, 30, or a multiple of 60.`);
}
