import type { Task } from "../../contract/task.ts";
import type { ApiParts } from "./parts.ts";

/** Sends a task's message and notes that it is in the queue. */
export async function enqueue(parts: Pick<ApiParts, "queue" | "store" | "settings">, task: Task): Promise<void> {
  await parts.queue.send(parts.settings.queueUrl, messageBody(task));
  await parts.store.markQueued(task.taskId);
}

/** The task as JSON. SQS refuses U+FFFE and U+FFFF, which JSON can write as escapes; all else it refuses is escaped already. */
export function messageBody(task: Task): string {
  return JSON.stringify(task).replaceAll(/[\uFFFE\uFFFF]/g, (char) => `\\u${char.charCodeAt(0).toString(16)}`);
}
