import { messageText } from "../../contract/json.ts";
import type { Task } from "../../contract/task.ts";
import type { ApiParts } from "./parts.ts";

/** Sends a task's message and notes that it is in the queue. */
export async function enqueue(parts: Pick<ApiParts, "queue" | "store" | "settings">, task: Task): Promise<void> {
  await parts.queue.send(parts.settings.queueUrl, messageText(task));
  await parts.store.markQueued(task.taskId);
}
