import type { CompletedEvent, TaskEvent } from "../../contract/event.ts";
import type { TaskRecord } from "../../contract/record.ts";

/** Leaves room for the rest of the event in one socket message. */
const MAX_INLINE_RESULT_BYTES = 110 * 1024;

/** @returns a completed event with its result inline, where the record holds it and it fits a socket message. */
export function withResult(event: TaskEvent, record: Pick<TaskRecord, "generation" | "result">): TaskEvent {
  if (event.type !== "completed" || event.resultRef !== "record" || event.generation !== record.generation)
    return event;
  if (record.result === undefined || Buffer.byteLength(JSON.stringify(record.result)) > MAX_INLINE_RESULT_BYTES)
    return event;
  const { resultRef: _, ...rest } = event;
  return { ...rest, result: record.result } satisfies CompletedEvent;
}
