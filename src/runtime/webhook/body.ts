import type { TaskRecord } from "../../contract/record.ts";

/** Larger results go by reference: receivers limit bodies too. */
const MAX_INLINE_RESULT_BYTES = 256 * 1024;

/** @returns the webhook's body: the same bytes at every try. */
export function webhookBody(record: TaskRecord): string {
  const { task, status, resultRef, error, usage, costUsd } = record;
  const inline =
    status === "completed" &&
    resultRef === undefined &&
    Buffer.byteLength(JSON.stringify(record.result ?? null)) <= MAX_INLINE_RESULT_BYTES;
  return JSON.stringify({
    type: `task.${status}`,
    timestamp: record.endedAt ?? record.updatedAt,
    data: {
      taskId: task.taskId,
      status,
      ...(inline ? { result: record.result ?? null } : {}),
      ...(!inline && status === "completed" ? { resultRef: resultRef ?? "record" } : {}),
      ...(error && status === "deadlettered" ? { error } : {}),
      usage,
      ...(costUsd === undefined ? {} : { costUsd }),
      ...(task.metadata ? { metadata: task.metadata } : {}),
    },
  });
}
