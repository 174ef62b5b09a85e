import * as z from "zod";
import { TASK_STATUSES } from "../event.ts";
import type { TaskRecord } from "../record.ts";
import { taskErrorSchema, usageSchema } from "./event.ts";
import { taskSchema } from "./task.ts";

const at = z.iso.datetime();
const count = z.int().nonnegative();

/** The state of a task, as `GET /tasks/{taskId}` shows it. */
export const taskRecordSchema: z.ZodType<TaskRecord> = z.object({
  v: z.literal(1),
  task: taskSchema,
  status: z.enum(TASK_STATUSES),
  seq: z.int().positive(),
  generation: z.int().positive(),
  attempt: count,
  acceptedAt: at,
  updatedAt: at,
  queuedAt: at.exactOptional(),
  endedAt: at.exactOptional(),
  retryAt: at.exactOptional(),
  attempts: z.array(
    z.object({
      generation: z.int().positive(),
      attempt: count,
      startedAt: at,
      endedAt: at.exactOptional(),
      requestId: z.string(),
      messageId: z.string(),
      outcome: z.enum(["completed", "failed", "lost", "cancelled"]).exactOptional(),
      error: taskErrorSchema.exactOptional(),
    }),
  ),
  result: z.json().exactOptional(),
  resultRef: z.string().exactOptional(),
  error: taskErrorSchema.exactOptional(),
  usage: z.array(usageSchema),
  costUsd: z.number().exactOptional(),
  offline: z.boolean().exactOptional(),
  webhook: z
    .object({
      id: z.string(),
      status: z.enum(["pending", "delivered", "failed"]),
      tries: count,
      lastStatus: z.int().exactOptional(),
      lastError: z.string().exactOptional(),
    })
    .exactOptional(),
});
