import type { Action } from "../deps.ts";
import { MAX_ALARM_NAMES } from "../limits.ts";

/** Names without an alarm are passed over, as on AWS. */
const switchActions =
  (actionsEnabled: boolean): Action =>
  (input, { alarms }) => {
    const names = input.required("AlarmNames", input.texts("AlarmNames", { max: MAX_ALARM_NAMES }));
    for (const alarm of names.flatMap((name) => alarms.get(name) ?? [])) alarms.amend(alarm, { actionsEnabled });
    return undefined;
  };

export const enableAlarmActions = switchActions(true);
export const disableAlarmActions = switchActions(false);
