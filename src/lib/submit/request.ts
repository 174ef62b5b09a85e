import { randomUUID } from "node:crypto";
import { AbortError } from "../../contract/errors.ts";
import { MAX_TASK_BYTES, type SubmitRequest } from "../../contract/task.ts";
import { thousands } from "../../contract/thousands.ts";

/** @returns the request with an id of its own, so that a repeat after a lost answer is the same task. */
export function identified<T extends SubmitRequest>(request: T): T & { taskId: string } {
  return { ...request, taskId: request.taskId ?? randomUUID() };
}

/** @throws AbortError `TASK_TOO_LARGE`. */
export function checkSize(request: SubmitRequest, where: string): void {
  const bytes = Buffer.byteLength(JSON.stringify(request));
  if (bytes <= MAX_TASK_BYTES) return;
  throw new AbortError(`The task is ${thousands(bytes)} bytes; the queue takes ${thousands(MAX_TASK_BYTES)}.`, {
    code: "TASK_TOO_LARGE",
    where,
    hint: "Put what is large into a file and send it as a document: --doc FILE",
  });
}
