import { type ConsumptionMark, markOf } from "./consumption.ts";
import { jsonIn } from "./json.ts";
import { FUNCTION_ROLES, type StageOutputs } from "./resources.ts";

/** All that a client needs to open a stage. A running local stack tells it at once to whoever holds its control token. */
export interface StageDescription {
  outputs: StageOutputs;
  /** The stage's token: `Authorization: Bearer`. */
  token: string;
  mark: ConsumptionMark;
  /** The compiler's words, while no build of the worker has succeeded: tasks wait. */
  broken?: string;
  /** Why the worker that was built cannot be started: each try costs a task one of its attempts. */
  failing?: string;
}

/** @returns what a local stack answered; undefined where it is not what this version expects. */
export function parseDescription(text: string): StageDescription | undefined {
  const value = jsonIn(text);
  if (typeof value !== "object" || value === null || !("outputs" in value) || !("token" in value)) return undefined;
  const { outputs, token } = value;
  if (!isOutputs(outputs) || typeof token !== "string") return undefined;
  const mark = markOf("mark" in value ? value.mark : undefined);
  const broken = "broken" in value && typeof value.broken === "string" ? { broken: value.broken } : {};
  const failing = "failing" in value && typeof value.failing === "string" ? { failing: value.failing } : {};
  return { outputs, token, mark, ...broken, ...failing };
}

/** @returns what a stage's outputs parameter holds; undefined where this version cannot read it. */
export function parseOutputs(text: string): StageOutputs | undefined {
  const value = jsonIn(text);
  return isOutputs(value) ? value : undefined;
}

const TEXTS: (keyof StageOutputs)[] = [
  "app",
  "stage",
  "account",
  "region",
  "httpUrl",
  "socketUrl",
  "queueUrl",
  "deadLetterQueueUrl",
  "tasksTable",
  "connectionsTable",
  "bucket",
  "secretsPath",
];

function isOutputs(value: unknown): value is StageOutputs {
  if (typeof value !== "object" || value === null) return false;
  const outputs: Partial<Record<keyof StageOutputs, unknown>> = value;
  const { functions } = outputs;
  return (
    outputs.v === 1 &&
    TEXTS.every((name) => typeof outputs[name] === "string") &&
    typeof functions === "object" &&
    functions !== null &&
    FUNCTION_ROLES.every((role) => role in functions)
  );
}
