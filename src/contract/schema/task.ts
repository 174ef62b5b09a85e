import * as z from "zod";
import { TASK_ID_PATTERN } from "../names.ts";
import type { SubmitRequest, Task } from "../task.ts";

/*
 * The task's schema for whoever validates with zod or wants JSON Schema. The functions parse by hand (size); a test holds
 * both to the same cases.
 */

const fields = {
  taskId: z.string().regex(TASK_ID_PATTERN).describe("A client may choose it; the same id is the same task."),
  userId: z.string().min(1).describe("Whose task it is."),
  prompt: z.string(),
  documentReference: z.string().exactOptional().describe("s3://bucket/key, in a bucket that the configuration names."),
  callbackUrl: z.string().exactOptional().describe("Told once when the task ends (Standard Webhooks)."),
  input: z.json().exactOptional().describe("What a template needs beyond the prompt."),
  metadata: z.record(z.string(), z.json()).exactOptional(),
};

export const taskSchema: z.ZodType<Task> = z.object(fields);

export const submitRequestSchema: z.ZodType<SubmitRequest> = z.object({
  ...fields,
  taskId: fields.taskId.exactOptional(),
  userId: fields.userId.exactOptional(),
});
