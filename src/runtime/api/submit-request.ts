import { userPrefix } from "../../contract/documents.ts";
import { TASK_ID_PATTERN } from "../../contract/names.ts";
import type { Settings } from "../../contract/settings.ts";
import { MAX_TASK_BYTES, type Json, type SubmitRequest } from "../../contract/task.ts";
import { isStorable } from "../aws/marshal.ts";
import { parseObjectReference } from "../aws/objects.ts";
import { ApiError, invalid, type Issue } from "./api-error.ts";
import { parseObject } from "./body.ts";
import { callbackProblem } from "./callback.ts";
import type { Caller } from "./caller.ts";

const FIELDS = ["taskId", "userId", "prompt", "documentReference", "callbackUrl", "input", "metadata"] as const;

type Rules = Pick<Settings, "allowedBuckets" | "bucket" | "allowLoopback" | "callbackHosts">;

/**
 * Parses and checks a submit's body.
 * @throws ApiError 400 with every issue at once, 403 for another user's id, 413 for too large a task.
 */
export function parseSubmitRequest(body: string, caller: Caller, rules: Rules): SubmitRequest {
  const bytes = Buffer.byteLength(body);
  if (bytes > MAX_TASK_BYTES) throw tooLarge(bytes);
  const value = parseObject(body);
  const issues = findIssues(value, rules);
  if (issues.length > 0)
    throw invalid(
      `The task is not valid: ${issues.map(({ path, message }) => `${path} ${message}`).join("; ")}.`,
      issues,
    );
  if (!isSubmitRequest(value)) throw invalid("The task is not valid.", []);
  if (caller.kind === "user") checkUser(value, caller, rules);
  return value;
}

export function tooLarge(bytes: number): ApiError {
  return new ApiError(413, "TASK_TOO_LARGE", `The task has ${bytes} bytes; at most ${MAX_TASK_BYTES} fit.`, {
    hint: "Put the large part into the bucket: POST /documents, upload it to the address you get, and name its documentReference.",
  });
}

function findIssues(value: Record<string, unknown>, rules: Rules): Issue[] {
  const issues: Issue[] = [];
  const note = (path: string, message: string) => void issues.push({ path, message });
  const known: ReadonlySet<string> = new Set(FIELDS);
  for (const field of Object.keys(value)) {
    if (!known.has(field)) note(field.slice(0, 64), `is not a field of a task; fields: ${FIELDS.join(", ")}`);
  }
  const { taskId, userId, prompt, documentReference, callbackUrl, input, metadata } = value;
  if (taskId !== undefined && !(typeof taskId === "string" && TASK_ID_PATTERN.test(taskId))) {
    note("taskId", "must be 8 to 128 characters of A-Z a-z 0-9 _ -");
  }
  if (
    userId !== undefined &&
    !(typeof userId === "string" && userId.trim() !== "" && userId.length <= 256 && isOneLine(userId))
  ) {
    note("userId", "must be a text of 1 to 256 characters, on one line and without control characters");
  }
  if (prompt === undefined) note("prompt", "is missing");
  else if (typeof prompt !== "string" || prompt.trim() === "") note("prompt", "must be a text that is not empty");
  if (documentReference !== undefined) {
    const problem =
      typeof documentReference === "string" ? documentProblem(documentReference, rules) : "must be a text";
    if (problem) note("documentReference", problem);
  }
  if (callbackUrl !== undefined) {
    const problem = typeof callbackUrl === "string" ? callbackProblem(callbackUrl, rules) : "must be a text";
    if (problem) note("callbackUrl", problem);
  }
  if (metadata !== undefined && (typeof metadata !== "object" || metadata === null || Array.isArray(metadata))) {
    note("metadata", "must be an object");
  }
  for (const [path, json] of Object.entries({ input, metadata })) {
    if (!isStorable(json))
      note(path, "is nested too deep (at most 28 levels) or holds a number beyond what can be stored");
  }
  return issues;
}

/** Who reads logs and timelines must not take a part of a name for a line of its own. */
function isOneLine(text: string): boolean {
  return !/[\p{Cc}\u2028\u2029]/u.test(text);
}

function documentProblem(reference: string, rules: Rules): string | undefined {
  const address = parseObjectReference(reference);
  if (!address) return "must look like s3://bucket/key";
  if (rules.allowedBuckets.includes(address.bucket)) return undefined;
  return `names the bucket ${address.bucket}, which this stage does not read; allowed: ${rules.allowedBuckets.join(", ")} (documents.buckets in ai-pipeline.config.ts)`;
}

/** A user acts for itself, and reads of the stage's own bucket only what it has put there. */
function checkUser(request: SubmitRequest, caller: Caller, rules: Rules): void {
  const userId = caller.userId ?? "";
  if (request.userId !== undefined && request.userId !== userId) {
    throw new ApiError(403, "FORBIDDEN", "A user can submit tasks for itself only.", {
      hint: "Leave userId out: it is your token's subject.",
    });
  }
  const document =
    request.documentReference === undefined ? undefined : parseObjectReference(request.documentReference);
  if (document?.bucket === rules.bucket && !document.key.startsWith(userPrefix(userId))) {
    throw new ApiError(403, "FORBIDDEN", "This document is not yours to read.", {
      hint: "Upload it by POST /documents, and name the documentReference of its answer.",
    });
  }
}

function isSubmitRequest(value: Record<string, unknown>): value is Record<string, Json> & SubmitRequest {
  return typeof value["prompt"] === "string";
}
