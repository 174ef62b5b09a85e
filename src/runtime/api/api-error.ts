import type { ErrorResponse } from "../../contract/http.ts";

export interface Issue {
  path: string;
  message: string;
}

/** A refusal that goes to the caller as it is: no secret, no stack, a next step where there is one. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | undefined;
  readonly issues: Issue[] | undefined;

  constructor(status: number, code: string, message: string, more: { hint?: string; issues?: Issue[] } = {}) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.hint = more.hint;
    this.issues = more.issues;
  }

  toResponse(): ErrorResponse {
    const { code, message, hint, issues } = this;
    return { error: { code, message, ...(hint === undefined ? {} : { hint }), ...(issues ? { issues } : {}) } };
  }
}

export function invalid(message: string, issues: Issue[], hint?: string): ApiError {
  return new ApiError(400, "INVALID_REQUEST", message, { issues, ...(hint === undefined ? {} : { hint }) });
}

/** The same answer for a task that is not there and for one that is somebody else's. */
export function taskNotFound(taskId: string): ApiError {
  return new ApiError(404, "TASK_NOT_FOUND", `There is no task ${taskId.slice(0, 128)}.`, {
    hint: "Tasks are removed some days after their end; GET /tasks lists those that are kept.",
  });
}
