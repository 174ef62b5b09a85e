import type { Deps } from "../deps.ts";
import { invalidValue, resourceNotFound } from "../errors.ts";
import type { Input } from "../input.ts";
import { MAX_TAGS } from "../limits.ts";
import type { Alarm } from "./alarm.ts";

/** Reads `Tags`. */
export function readTags(input: Input): Record<string, string> {
  const tags = (input.objects("Tags") ?? []).map((tag) => {
    const key = tag.required("Key", tag.sized("Key", { max: 128 }));
    if (/^aws:/i.test(key)) throw invalidValue("Tag keys beginning with 'aws:' are reserved for system use.");
    return [key, tag.required("Value", tag.sized("Value", { min: 0, max: 256 }))] as const;
  });
  return checkTags(Object.fromEntries(tags));
}

export function checkTags(tags: Record<string, string>): Record<string, string> {
  if (Object.keys(tags).length > MAX_TAGS) throw invalidValue(`A resource may have ${MAX_TAGS} tags at most.`);
  return tags;
}

export function alarmArn({ ctx }: Pick<Deps, "ctx">, name: string): string {
  return `arn:aws:cloudwatch:${ctx.region}:${ctx.accountId}:alarm:${name}`;
}

/** @returns the alarm that `ResourceARN` names. @throws ResourceNotFoundException, InvalidParameterValue */
export function alarmOf(input: Input, { ctx, alarms }: Deps): Alarm {
  const arn = input.required("ResourceARN", input.sized("ResourceARN", { max: 1024 }));
  const [, name] = /^arn:aws:cloudwatch:[^:]*:[^:]*:alarm:(.+)$/s.exec(arn) ?? [];
  if (name === undefined) {
    // Dashboards, rules and streams have ARNs too: none of them is here.
    if (arn.startsWith("arn:aws:cloudwatch:")) throw resourceNotFound("Resource", arn);
    throw invalidValue(`The value ${arn} for parameter ResourceARN is invalid.`);
  }
  const alarm = alarms.get(name);
  if (!alarm || alarmArn({ ctx }, name) !== arn) throw resourceNotFound("Alarm", name);
  return alarm;
}
