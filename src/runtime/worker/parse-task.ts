import type { Json, Task } from "../../contract/task.ts";
import { TASK_ID_PATTERN } from "../../contract/names.ts";
import { isStorable } from "../aws/marshal.ts";
import { PermanentError } from "./errors.ts";

/** A message's task; or why it is none, with what can be kept of it so that the failure has a record. */
export type ParsedTask = { task: Task; error?: undefined } | { task: Task; error: PermanentError };

/** Parses a message's body. Written by hand: the schema library would be the larger part of a small worker. */
export function parseTask(body: string, messageId: string): ParsedTask {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { task: standIn(messageId), error: invalid(["the body is not JSON"]) };
  }
  if (!isObject(value)) return { task: standIn(messageId), error: invalid(["the body is not a JSON object"]) };
  const issues = taskIssues(value);
  if (issues.length === 0 && isTask(value)) return { task: pick(value) };
  return { task: standIn(messageId, value), error: invalid(issues) };
}

/** @returns what keeps a value from being a task, as `field problem`; empty when it is one. */
export function taskIssues(value: Record<string, unknown>): string[] {
  const issues: string[] = [];
  const { taskId, userId, prompt, documentReference, callbackUrl, input, metadata } = value;
  if (!isTaskId(taskId)) issues.push("taskId must be 8 to 128 characters of A-Z a-z 0-9 _ -");
  if (typeof userId !== "string" || userId === "") issues.push("userId must be a text that is not empty");
  if (typeof prompt !== "string") issues.push("prompt must be a text");
  if (documentReference !== undefined && typeof documentReference !== "string")
    issues.push("documentReference must be a text");
  if (callbackUrl !== undefined && typeof callbackUrl !== "string") issues.push("callbackUrl must be a text");
  if (metadata !== undefined && !isObject(metadata)) issues.push("metadata must be an object");
  if (!isStorable(input) || !isStorable(metadata))
    issues.push("input and metadata must not nest deeper than 28 levels or hold numbers beyond 1e125");
  return issues;
}

const isTaskId = (value: unknown): value is string => typeof value === "string" && TASK_ID_PATTERN.test(value);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTask(value: Record<string, unknown>): value is Record<string, Json> & Task {
  return isTaskId(value["taskId"]);
}

/** Unknown members are dropped: what lies in the record is what the contract names. */
function pick({ taskId, userId, prompt, documentReference, callbackUrl, input, metadata }: Task): Task {
  return {
    taskId,
    userId,
    prompt,
    ...(documentReference === undefined ? {} : { documentReference }),
    ...(callbackUrl === undefined ? {} : { callbackUrl }),
    ...(input === undefined ? {} : { input }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

function standIn(messageId: string, value: Record<string, unknown> = {}): Task {
  const { taskId, userId, prompt } = value;
  return {
    taskId: isTaskId(taskId) ? taskId : `message-${messageId}`,
    userId: typeof userId === "string" && userId !== "" ? userId : "unknown",
    prompt: typeof prompt === "string" ? prompt : "",
  };
}

function invalid(issues: string[]): PermanentError {
  return new PermanentError(`The message is not a task: ${issues.join("; ")}.`, { code: "INVALID_TASK" });
}
