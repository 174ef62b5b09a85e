import { readAlarm } from "../alarms/definition.ts";
import { readTags } from "../alarms/tags.ts";
import type { Action } from "../deps.ts";
import { limitExceeded } from "../errors.ts";

const MAX_ALARMS = 5000;

export const putMetricAlarm: Action = (input, { alarms }) => {
  const definition = readAlarm(input);
  const tags = readTags(input);
  alarms.check(definition);
  if (!alarms.get(definition.name) && alarms.list().length >= MAX_ALARMS)
    throw limitExceeded("The maximum limit of alarms has been reached.");
  alarms.put(definition, tags);
  return undefined;
};
