import type { Action } from "../deps.ts";
import { alarmNotFound } from "../errors.ts";
import { MAX_ALARM_NAMES } from "../limits.ts";

/** Those that exist are deleted, also when others do not. */
export const deleteAlarms: Action = (input, { alarms }) => {
  const names = input.required("AlarmNames", input.texts("AlarmNames", { max: MAX_ALARM_NAMES }));
  const unknown = names.filter((name) => !alarms.get(name));
  for (const name of names) alarms.delete(name);
  // One name that is not there is an error; of several the rest is done.
  if (names.length > 0 && unknown.length === names.length) throw alarmNotFound();
  return undefined;
};
