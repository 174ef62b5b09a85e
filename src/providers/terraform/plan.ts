import * as z from "zod";
import type { AttributeChange, ResourceAction, ResourceChange } from "../../contract/infrastructure.ts";
import type { Json } from "../../contract/task.ts";
import { differences } from "./difference.ts";

const json = z.custom<Json>((value) => value !== undefined).default(null);

const changeSchema = z.object({
  address: z.string(),
  mode: z.string().default("managed"),
  type: z.string(),
  action_reason: z.string().optional(),
  change: z.object({
    actions: z.array(z.string()),
    importing: z.object({}).nullish(),
    before: json,
    after: json,
    after_unknown: json,
    before_sensitive: json,
    after_sensitive: json,
    replace_paths: z.array(z.array(z.union([z.string(), z.number()]))).default([]),
  }),
});

const planSchema = z.object({
  resource_changes: z.array(changeSchema).default([]),
  resource_drift: z.array(changeSchema).default([]),
});

/** Reads what `show -json` says of a saved plan. @returns its changes, and sentences of what was done by other means. */
export function readPlan(text: string): { changes: ResourceChange[]; drift: string[] } {
  const plan = planSchema.parse(JSON.parse(text));
  const changes = plan.resource_changes.flatMap((item) => changeOf(item) ?? []);
  return { changes, drift: plan.resource_drift.flatMap((item) => driftOf(item, changes) ?? []) };
}

/**
 * What AWS itself makes up (`last_modified`, counters, a policy that is set by another resource) differs from the state every
 * time: it is no news. News is what the plan takes back.
 */
function driftOf({ address, mode, change }: z.infer<typeof changeSchema>, changes: readonly ResourceChange[]) {
  if (mode !== "managed") return undefined;
  const since = "by other means since the last deployment";
  if (actionOf(change.actions) === "delete") return `${address} was deleted ${since}`;
  const planned =
    changes.find((other) => other.address === address)?.attributes.filter(({ unknown }) => !unknown) ?? [];
  const meets = ({ path }: AttributeChange) =>
    planned.some((other) => isWithin(path, other.path) || isWithin(other.path, path));
  return attributesOf(change).some(meets) ? `${address} was changed ${since}` : undefined;
}

/** @returns whether an attribute is another one, or a part of it. */
const isWithin = (path: string, other: string) =>
  path === other || path.startsWith(`${other}.`) || path.startsWith(`${other}[`);

function changeOf({
  address,
  mode,
  type,
  action_reason: reason,
  change,
}: z.infer<typeof changeSchema>): ResourceChange | undefined {
  if (mode !== "managed") return undefined;
  const action = actionOf(change.actions) ?? (change.importing ? "import" : undefined);
  if (!action) return undefined;
  const name = nameOf(change.after) ?? nameOf(change.before);
  const kept =
    (action !== "delete" && action !== "replace") ||
    // Who is connected is known for hours at most.
    address === "aws_dynamodb_table.connections" ||
    // Half made when a deployment was cut off, or marked as such on purpose.
    reason === "replace_because_tainted";
  const loses = kept ? undefined : LOSES[type];
  return {
    address,
    kind: type,
    ...(name === undefined ? {} : { name }),
    action,
    attributes: action === "change" || action === "replace" ? attributesOf(change) : [],
    ...(loses === undefined ? {} : { loses }),
  };
}

function attributesOf(change: z.infer<typeof changeSchema>["change"]): AttributeChange[] {
  return differences(
    {
      before: change.before,
      after: change.after,
      unknown: change.after_unknown,
      privateBefore: change.before_sensitive,
      privateAfter: change.after_sensitive,
    },
    change.replace_paths.map(([first]) => String(first)),
  );
}

/** @returns undefined for what is left as it is, read, or only forgotten. */
function actionOf(actions: readonly string[]): ResourceAction | undefined {
  if (actions.includes("delete") && actions.includes("create")) return "replace";
  if (actions.includes("create")) return "create";
  if (actions.includes("delete")) return "delete";
  return actions.includes("update") ? "change" : undefined;
}

/** What is gone with a resource. */
const LOSES: Record<string, string> = {
  aws_dynamodb_table: "all records in it",
  aws_s3_bucket: "documents and stored results",
  aws_sqs_queue: "the messages in it",
  aws_cloudwatch_log_group: "its logs",
};

const NAMES = ["function_name", "alarm_name", "dashboard_name", "bucket", "route_key", "domain_name", "name"];

function nameOf(value: Json): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const name = NAMES.map((key) => value[key]).find((item) => typeof item === "string");
  return typeof name === "string" && !name.startsWith("arn:") ? name : undefined;
}
