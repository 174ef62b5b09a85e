import { type Alarm, renderAlarm } from "../alarms/alarm.ts";
import { STATES } from "../alarms/definition.ts";
import { alarmArn } from "../alarms/tags.ts";
import type { Action } from "../deps.ts";
import { validation } from "../errors.ts";
import { MAX_ALARM_NAMES } from "../limits.ts";
import { pageOf } from "../token.ts";

const DEFAULT_PAGE = 50;

export const describeAlarms: Action = (input, { ctx, alarms }) => {
  const names = input.texts("AlarmNames", { max: MAX_ALARM_NAMES });
  const prefix = input.sized("AlarmNamePrefix", { max: 255 });
  const actionPrefix = input.sized("ActionPrefix", { max: 1024 });
  const state = input.choice("StateValue", STATES);
  const types = input.texts("AlarmTypes") ?? ["MetricAlarm"];
  const relative = input.text("ChildrenOfAlarmName") ?? input.text("ParentsOfAlarmName");
  const size = input.integer("MaxRecords", { min: 1, max: 100 }) ?? DEFAULT_PAGE;
  if (names && names.length > 0 && prefix !== undefined)
    throw validation("Only one of the parameters AlarmNames and AlarmNamePrefix may be specified.");
  alarms.evaluate();
  const wanted = (alarm: Alarm) =>
    types.includes("MetricAlarm") &&
    // There are no composite alarms, which alone have relatives.
    relative === undefined &&
    (names === undefined || names.length === 0 || names.includes(alarm.definition.name)) &&
    (prefix === undefined || alarm.definition.name.startsWith(prefix)) &&
    (state === undefined || alarm.state.value === state) &&
    (actionPrefix === undefined || hasAction(alarm, actionPrefix));
  const { items, ...token } = pageOf(alarms.list().filter(wanted), input.text("NextToken"), size);
  return {
    MetricAlarms: items.map((alarm) => renderAlarm(alarm, alarmArn({ ctx }, alarm.definition.name))),
    CompositeAlarms: [],
    ...token,
  };
};

function hasAction({ definition }: Alarm, prefix: string): boolean {
  return Object.values(definition.actions).some((actions) => actions.some((action) => action.startsWith(prefix)));
}
