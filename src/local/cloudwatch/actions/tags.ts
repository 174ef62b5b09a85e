import { alarmOf, checkTags, readTags } from "../alarms/tags.ts";
import type { Action } from "../deps.ts";

export const listTagsForResource: Action = (input, deps) => {
  const { tags } = alarmOf(input, deps);
  return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
};

export const tagResource: Action = (input, deps) => {
  const alarm = alarmOf(input, deps);
  input.required("Tags", input.objects("Tags"));
  deps.alarms.amend(alarm, { tags: checkTags({ ...alarm.tags, ...readTags(input) }) });
  return {};
};

export const untagResource: Action = (input, deps) => {
  const alarm = alarmOf(input, deps);
  const gone = new Set(input.required("TagKeys", input.texts("TagKeys")));
  const kept = Object.entries(alarm.tags).filter(([key]) => !gone.has(key));
  deps.alarms.amend(alarm, { tags: Object.fromEntries(kept) });
  return {};
};
