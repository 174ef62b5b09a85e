import type { Change, ResourceChange as StackChange, ResourceChangeDetail } from "@aws-sdk/client-cloudformation";
import type { AttributeChange, ResourceAction, ResourceChange } from "../../../contract/infrastructure.ts";
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
  return changes.flatMap(({ ResourceChange: change }) => (change ? [toChange(change)] : []));
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
  if (Action === "Add" || Action === "Import") return "create";
  if (Action === "Remove") return "delete";
  // Conditional: a value that is not known yet may make it anew.
  return Replacement === "True" || Replacement === "Conditional" ? "replace" : "change";
}

/** A setting may be listed once for the parameter and once for the template that changed it. */
function attributesOf(details: readonly ResourceChangeDetail[]): AttributeChange[] {
  const found = new Map<string, AttributeChange>();
  for (const { Target, Evaluation } of details) {
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
      ...(Evaluation === "Dynamic" && Target.AfterValue === undefined ? { unknown: true } : {}),
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
  if (!/^[[{]/.test(text)) return text;
  try {
    // oxlint-disable-next-line typescript/no-unsafe-assignment -- what JSON.parse returns is Json by definition
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}

const lastPart = (id: string) => (id.startsWith("https://sqs.") ? id.slice(id.lastIndexOf("/") + 1) : id);
