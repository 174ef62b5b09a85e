import type { JsonAction } from "../../wire/json.ts";
import { missingGroup } from "../errors.ts";
import { groupNameOf, optionalTags, optionalTexts, requiredText } from "../input.ts";
import type { LogsDeps } from "./deps.ts";

export const listTagsForResource =
  ({ store }: LogsDeps): JsonAction =>
  (input) => {
    const group = store.group(groupNameOf(requiredText(input, "resourceArn")));
    if (!group) throw missingGroup();
    return { tags: group.tags };
  };

export const tagResource =
  ({ store }: LogsDeps): JsonAction =>
  (input) => {
    const group = store.group(groupNameOf(requiredText(input, "resourceArn")));
    if (!group) throw missingGroup();
    store.updateGroup(group.name, { tags: { ...group.tags, ...optionalTags(input) } });
  };

export const untagResource =
  ({ store }: LogsDeps): JsonAction =>
  (input) => {
    const group = store.group(groupNameOf(requiredText(input, "resourceArn")));
    if (!group) throw missingGroup();
    const gone = new Set(optionalTexts(input, "tagKeys") ?? []);
    store.updateGroup(group.name, {
      tags: Object.fromEntries(Object.entries(group.tags).filter(([name]) => !gone.has(name))),
    });
  };
