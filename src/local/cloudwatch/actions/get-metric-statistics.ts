import type { Action } from "../deps.ts";
import { invalidCombination, invalidValue, missing, notOffered } from "../errors.ts";
import type { Input } from "../input.ts";
import { MAX_STATISTICS_DATAPOINTS } from "../limits.ts";
import { metricOf, readDimensions, UNITS } from "../metric.ts";
import { alignedStart, isPeriod, type Period, periodsOf } from "../periods.ts";
import { parseStatistic, SIMPLE_STATISTICS, type Statistic } from "../statistics.ts";
import { thousands } from "../../../contract/thousands.ts";

export const getMetricStatistics: Action = (input, { ctx, store, collect }) => {
  const namespace = present(input, "Namespace", input.sized("Namespace", { max: 255 }));
  const name = present(input, "MetricName", input.sized("MetricName", { max: 255 }));
  const from = present(input, "StartTime", input.time("StartTime"));
  const to = present(input, "EndTime", input.time("EndTime"));
  const period = present(input, "Period", input.integer("Period", { min: 1 }));
  const unit = input.choice("Unit", UNITS);
  const dimensions = readDimensions(input);
  const { simple, extended } = readStatistics(input);
  if (!isPeriod(period)) throw invalidValue("The parameter Period must be 1, 5, 10, 20, 30, or a multiple of 60.");
  if (from >= to) throw invalidValue("The parameter StartTime must be less than the parameter EndTime.");
  const asked = Math.ceil((to - from) / 1000 / period);
  if (asked > MAX_STATISTICS_DATAPOINTS) {
    throw invalidCombination(
      `You have requested up to ${thousands(asked)} datapoints, which exceeds the limit of 1,440. You may ` +
        "reduce the datapoints requested by increasing Period, or decreasing the time range.",
    );
  }
  collect();
  const units = periodsOf(store, {
    metric: metricOf(namespace, name, dimensions),
    unit,
    periodSeconds: period,
    from: alignedStart(from, ctx.clock.now(), period),
    to,
    withValues: extended.length > 0,
  });
  const datapoints = [...units].flatMap(([Unit, periods]) =>
    periods.flatMap((each) => {
      const point = render(each, simple, extended);
      return point ? [{ ...point, Unit }] : [];
    }),
  );
  return { Label: name, Datapoints: datapoints };
};

function render({ at, bucket }: Period, simple: readonly Statistic[], extended: readonly Statistic[]) {
  const values = new Map<string, number>();
  for (const statistic of extended) {
    const value = statistic.of(bucket);
    if (value !== undefined) values.set(statistic.name, value);
  }
  if (simple.length === 0 && values.size === 0) return undefined;
  return {
    Timestamp: new Date(at),
    ...Object.fromEntries(simple.map((statistic) => [statistic.name, statistic.of(bucket)])),
    ...(values.size > 0 ? { ExtendedStatistics: values } : {}),
  };
}

function readStatistics(input: Input): { simple: Statistic[]; extended: Statistic[] } {
  const names = input.texts("Statistics", { min: 1, max: 5 });
  const extendedNames = input.texts("ExtendedStatistics", { min: 1, max: 10 });
  if (!names && !extendedNames)
    throw invalidCombination("At least one of the parameters Statistics and ExtendedStatistics must be specified.");
  if (names && extendedNames)
    throw invalidCombination("Only one of the parameters Statistics and ExtendedStatistics may be specified.");
  const simple = (names ?? []).map((name, index) => {
    const known = SIMPLE_STATISTICS.some((item) => item === name) ? parseStatistic(name) : undefined;
    if (!known || known === "elsewhere") {
      throw invalidValue(
        `The parameter Statistics.member.${index + 1} must be a value in the set [ ${SIMPLE_STATISTICS.join(", ")} ].`,
      );
    }
    return known;
  });
  const extended = (extendedNames ?? []).map((name) => {
    const statistic = parseStatistic(name);
    if (statistic === "elsewhere") throw notOffered(`the statistic ${name}`);
    if (!statistic?.needsValues)
      throw invalidValue(`The value ${name} for parameter ExtendedStatistics is not supported.`);
    return statistic;
  });
  return { simple, extended };
}

function present<T>(input: Input, name: string, value: T | undefined): T {
  if (value === undefined) throw missing(input.at(name));
  return value;
}
