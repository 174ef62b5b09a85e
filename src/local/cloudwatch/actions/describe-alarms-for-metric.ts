import { type Alarm, renderAlarm } from "../alarms/alarm.ts";
import { alarmArn } from "../alarms/tags.ts";
import type { Action } from "../deps.ts";
import { dimensionText, metricOf, readDimensions, UNITS } from "../metric.ts";
import { SIMPLE_STATISTICS } from "../statistics.ts";

/** Alarms on exactly this metric; those on expressions are not found, as on AWS. */
export const describeAlarmsForMetric: Action = (input, { ctx, alarms }) => {
  const name = input.required("MetricName", input.sized("MetricName", { max: 255 }));
  const namespace = input.required("Namespace", input.sized("Namespace", { max: 255 }));
  const { dimensions } = metricOf(namespace, name, readDimensions(input));
  const statistic = input.choice("Statistic", SIMPLE_STATISTICS) ?? input.text("ExtendedStatistic");
  const period = input.integer("Period", { min: 1 });
  const unit = input.choice("Unit", UNITS);
  alarms.evaluate();
  const matches = ({ definition: { watches } }: Alarm): boolean => {
    if (!("stat" in watches)) return false;
    const { stat } = watches;
    return (
      stat.metric.name === name &&
      stat.metric.namespace === namespace &&
      dimensionText(stat.metric.dimensions) === dimensionText(dimensions) &&
      (statistic === undefined || stat.statistic.name === statistic) &&
      (period === undefined || stat.period === period) &&
      (unit === undefined || stat.unit === unit)
    );
  };
  const found = alarms.list().filter(matches);
  return { MetricAlarms: found.map((alarm) => renderAlarm(alarm, alarmArn({ ctx }, alarm.definition.name))) };
};
