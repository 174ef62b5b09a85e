import { STATES } from "../alarms/definition.ts";
import type { Action } from "../deps.ts";
import { alarmNotFound, invalidFormat } from "../errors.ts";

/** For tests: the next evaluation brings the alarm's own state back. */
export const setAlarmState: Action = (input, { alarms }) => {
  const name = input.required("AlarmName", input.sized("AlarmName", { max: 255 }));
  const value = input.required("StateValue", input.choice("StateValue", STATES));
  const reason = input.required("StateReason", input.sized("StateReason", { min: 0, max: 1023 }));
  const reasonData = input.sized("StateReasonData", { min: 0, max: 4000 });
  if (reasonData) checkJson(reasonData);
  alarms.evaluate();
  const alarm = alarms.get(name);
  if (!alarm) throw alarmNotFound();
  alarms.setState(alarm, { value, reason, ...(reasonData ? { reasonData } : {}) });
  return undefined;
};

function checkJson(text: string): void {
  try {
    JSON.parse(text);
  } catch {
    throw invalidFormat("StateReasonData is not valid JSON.");
  }
}
