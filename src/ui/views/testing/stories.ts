import type { TaskError, TaskEvent } from "../../../contract/event.ts";
import type { SubmitEvent } from "../../../contract/operations/submit.ts";

/* Recorded runs: every renderer is tested on the same ones, so that they cannot drift. */

const taskId = "7f3c2a90-1c1e-4a53-9a55-0d8f2c6b7e11";
const base = { v: 1 as const, taskId, generation: 1 };
const at = (seconds: number) => new Date(Date.parse("2026-11-24T10:00:00.000Z") + seconds * 1000).toISOString();

const rateLimit: TaskError = {
  name: "RateLimitError",
  message: "429 Rate limit reached for requests",
  status: 429,
  fingerprint: "5f1c0a9b7d22",
  permanent: false,
};

const accepted: TaskEvent = { ...base, type: "accepted", seq: 1, at: at(0), attempt: 0 };
const started = (seq: number, attempt: number, seconds: number): TaskEvent => ({
  ...base,
  type: "started",
  seq,
  at: at(seconds),
  attempt,
  requestId: `req-${attempt}`,
  messageId: "msg-1",
  queueWaitMs: 18,
});

const submitted: SubmitEvent = {
  type: "submitted",
  taskId,
  duplicate: false,
  via: "api",
  ms: 12,
  follow: `npx ai-pipeline watch ${taskId}`,
};
const outcome = { taskId, generation: 1, elapsedMs: 2100, usage: [] };

/** A task that completes at its first attempt. */
export const completedTask: SubmitEvent[] = [
  { type: "uploaded", path: "samples/report.pdf", bytes: 23_711, reference: "s3://bucket/report.pdf", ms: 31 },
  submitted,
  { type: "connection", state: "connected" },
  accepted,
  started(2, 1, 0.1),
  { ...base, type: "progress", seq: 3, at: at(0.4), attempt: 1, message: "summarised 1 of 2 parts", percent: 33 },
  { type: "token", taskId, generation: 1, attempt: 1, offset: 0, delta: "Three findings " },
  { type: "token", taskId, generation: 1, attempt: 1, offset: 15, delta: "stand out." },
  {
    ...base,
    type: "completed",
    seq: 4,
    at: at(1.9),
    attempt: 1,
    durationMs: 1800,
    usage: [{ model: "gpt-5-mini", calls: 2, inputTokens: 812, outputTokens: 96 }],
    costUsd: 0.0004,
    result: "Three findings stand out.",
  },
  {
    ...outcome,
    type: "summary",
    operation: "submit",
    exitCode: 0,
    status: "completed",
    attempt: 1,
    result: "Three findings stand out.",
    costUsd: 0.0004,
  },
];

/** A task whose model is rate limited at every attempt. */
export const failedTask: SubmitEvent[] = [
  submitted,
  accepted,
  started(2, 1, 0.1),
  {
    ...base,
    type: "failed",
    seq: 3,
    at: at(0.4),
    attempt: 1,
    error: rateLimit,
    final: false,
    retryAt: at(14),
    durationMs: 310,
  },
  started(4, 2, 4.4),
  {
    ...base,
    type: "failed",
    seq: 5,
    at: at(4.7),
    attempt: 2,
    error: rateLimit,
    final: false,
    retryAt: at(13),
    durationMs: 305,
  },
  started(6, 3, 13),
  { ...base, type: "failed", seq: 7, at: at(13.3), attempt: 3, error: rateLimit, final: true, durationMs: 301 },
  { ...base, type: "deadlettered", seq: 8, at: at(13.3), attempt: 3, reason: "attempts-exhausted", error: rateLimit },
  {
    ...outcome,
    type: "summary",
    operation: "submit",
    exitCode: 3,
    status: "deadlettered",
    attempt: 3,
    error: rateLimit,
  },
];
