import type { Change, ResourceChange as StackChange, ResourceChangeDetail } from "@aws-sdk/client-cloudformation";
import type { AttributeChange, ResourceAction, ResourceChange } from "../../../contract/infrastructure.ts";
import { jsonIn } from "../../../contract/json.ts";
import type { Json } from "../../../contract/task.ts";

/** What is gone with a resource that holds data. */
const DATA: Record<string, string> = {
  "AWS::DynamoDB::Table": "all its items",
  "AWS::S3::Bucket": "all its objects",
  "AWS::SQS::Queue": "the messages in it",
  "AWS::Logs::LogGroup": "its logs",
};
/** Attributes whose values nobody else may read. */
const PRIVATE = /(^|\.)(Variables\.)?\w*(KEY|TOKEN|SECRET|PASSWORD)$/i;

/** @returns what a change set would do, as every kind of infrastructure as code tells it. */
export function changesOf(changes: readonly Change[]): ResourceChange[] {
  return settled(changes.flatMap(({ ResourceChange: change }) => (change ? [change] : []))).map(toChange);
}

/**
 * CloudFormation lists whatever refers to a resource that changes, and would make it anew, should the reference get another
 * value. That of a resource which stays (its ARN, its name) does not: then nothing comes of it.
 */
function settled(changes: readonly StackChange[]): StackChange[] {
  const anew = new Set<string | undefined>();
  for (;;) {
    const kept = changes.flatMap((change) => {
      const details = (change.Details ?? []).filter((detail) => !isRipple(detail, anew));
      if (change.Action !== "Modify" || details.length === change.Details?.length) return [change];
      if (details.length === 0) return [];
      const recreates = details.some(({ Target }) => (Target?.RequiresRecreation ?? "Never") !== "Never");
      return [{ ...change, Details: details, Replacement: recreates ? change.Replacement : ("False" as const) }];
    });
    const replaced = kept.filter(({ Action, Replacement }) => Action !== "Modify" || Replacement !== "False");
    const added = replaced.filter(({ LogicalResourceId }) => !anew.has(LogicalResourceId));
    if (added.length === 0) return kept;
    for (const { LogicalResourceId } of added) anew.add(LogicalResourceId);
  }
}

const isReference = (source: string | undefined) => source === "ResourceAttribute" || source === "ResourceReference";

/** Whether a setting is listed only for a reference to a resource that is not made anew. */
function isRipple(
  { Evaluation, ChangeSource, CausingEntity }: ResourceChangeDetail,
  anew: ReadonlySet<string | undefined>,
) {
  return Evaluation === "Dynamic" && isReference(ChangeSource) && !anew.has(CausingEntity?.split(".")[0]);
}

function toChange(change: StackChange): ResourceChange {
  const action = actionOf(change);
  const kind = change.ResourceType ?? "";
  const loses = losing(kind, action, change.PolicyAction);
  return {
    address: change.LogicalResourceId ?? "",
    kind,
    ...(change.PhysicalResourceId ? { name: lastPart(change.PhysicalResourceId) } : {}),
    action,
    attributes: action === "change" || action === "replace" ? attributesOf(change.Details ?? []) : [],
    ...(loses === undefined ? {} : { loses }),
  };
}

/** @returns what is gone with a resource, unless the template says that it stays. */
export function losing(kind: string, action: ResourceAction, policy?: string): string | undefined {
  if (action !== "delete" && action !== "replace") return undefined;
  return policy?.includes("Retain") ? undefined : DATA[kind];
}

function actionOf({ Action, Replacement }: StackChange): ResourceAction {
  if (Action === "Add") return "create";
  if (Action === "Import") return "import";
  if (Action === "Remove") return "delete";
  // Conditional: a value that is not known yet may make it anew.
  return Replacement === "True" || Replacement === "Conditional" ? "replace" : "change";
}

/** A setting may be listed once for the parameter and once for the template that changed it. */
function attributesOf(details: readonly ResourceChangeDetail[]): AttributeChange[] {
  const found = new Map<string, AttributeChange>();
  for (const { Target, Evaluation, ChangeSource } of details) {
    if (!Target) continue;
    const path =
      Target.Path?.replace(/^\/Properties\//, "").replaceAll("/", ".") ?? Target.Name ?? Target.Attribute ?? "";
    if (path === "Tags") continue;
    const known = found.get(path);
    const masked = PRIVATE.test(path);
    found.set(path, {
      ...known,
      path,
      ...(masked ? { private: true } : valuesOf(Target.BeforeValue, Target.AfterValue)),
      ...(Evaluation === "Dynamic" && isReference(ChangeSource) && Target.AfterValue === undefined
        ? { unknown: true }
        : {}),
      ...(Target.RequiresRecreation === "Always" ? { replaces: true } : {}),
    });
  }
  return [...found.values()];
}

function valuesOf(before: string | undefined, after: string | undefined): Pick<AttributeChange, "before" | "after"> {
  return {
    ...(before === undefined ? {} : { before: valueOf(before) }),
    ...(after === undefined ? {} : { after: valueOf(after) }),
  };
}

/** Objects and lists come as JSON, everything else as text. */
function valueOf(text: string): Json {
  return (/^[[{]/.test(text) ? jsonIn(text) : undefined) ?? text;
}

const lastPart = (id: string) => (id.startsWith("https://sqs.") ? id.slice(id.lastIndexOf("/") + 1) : id);
