import * as z from "zod";
import type { TaskError, TaskEvent, TokenEvent, Usage } from "../event.ts";

/* The events' schemas for whoever reads them off the wire with zod or wants JSON Schema; the types are the contract. */

const at = z.iso.datetime({ precision: 3 }).describe("ISO 8601 with milliseconds, UTC.");
const milliseconds = z.number().nonnegative();
const count = z.int().nonnegative();

export const usageSchema: z.ZodType<Usage> = z.object({
  model: z.string(),
  calls: count,
  inputTokens: count,
  outputTokens: count,
  costUsd: z.number().nonnegative().exactOptional().describe("Absent when the model's price is not known."),
});

export const taskErrorSchema: z.ZodType<TaskError> = z.object({
  name: z.string(),
  message: z.string(),
  status: z.int().exactOptional(),
  code: z.string().exactOptional(),
  fingerprint: z.string().describe("Equal for equal causes."),
  permanent: z.boolean(),
});

const base = {
  v: z.literal(1),
  taskId: z.string(),
  seq: z.int().positive().describe("1, 2, 3 ... without gaps."),
  at,
  generation: z.int().positive(),
  attempt: count,
};

export const taskEventSchema: z.ZodType<TaskEvent> = z.discriminatedUnion("type", [
  z.object({ ...base, type: z.literal("accepted") }),
  z.object({
    ...base,
    type: z.literal("started"),
    requestId: z.string(),
    messageId: z.string(),
    queueWaitMs: milliseconds,
  }),
  z.object({
    ...base,
    type: z.literal("progress"),
    message: z.string(),
    percent: z.number().exactOptional(),
    data: z.json().exactOptional(),
  }),
  z.object({
    ...base,
    type: z.literal("completed"),
    durationMs: milliseconds,
    usage: z.array(usageSchema),
    costUsd: z.number().exactOptional(),
    offline: z.boolean().exactOptional(),
    result: z.json().exactOptional(),
    resultRef: z.string().exactOptional(),
    textLength: count.exactOptional(),
  }),
  z.object({
    ...base,
    type: z.literal("failed"),
    error: taskErrorSchema,
    final: z.boolean(),
    retryAt: at.exactOptional(),
    durationMs: milliseconds,
  }),
  z.object({
    ...base,
    type: z.literal("deadlettered"),
    reason: z.enum(["attempts-exhausted", "permanent", "never-ran", "died"]),
    error: taskErrorSchema.exactOptional(),
  }),
  z.object({ ...base, type: z.literal("replayed"), kind: z.enum(["redrive", "replay", "retry"]) }),
  z.object({ ...base, type: z.literal("cancelled"), by: z.string() }),
]);

export const tokenEventSchema: z.ZodType<TokenEvent> = z.object({
  type: z.literal("token"),
  taskId: z.string(),
  generation: z.int().positive(),
  attempt: count,
  offset: count,
  delta: z.string(),
});
