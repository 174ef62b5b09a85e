import { jsonIn, member } from "./json.ts";

/** A task's message that lies in the dead-letter queue. */
export interface DeadMessage {
  taskId: string;
  messageId: string;
  /** When it was sent to the task queue, epoch milliseconds. */
  sentAt: number;
  /** No invocation is at work on it any more, for certain: who does not know goes by the lease. */
  over?: boolean;
}

/** What the reconciler is called with by who knows of dead messages already; without any it looks for them itself. */
export interface ReconcileRequest {
  dead: DeadMessage[];
}

/** @returns the dead messages that a call of the reconciler names; undefined for a schedule's, which names none. */
export function deadMessagesOf(event: unknown): DeadMessage[] | undefined {
  if (typeof event !== "object" || event === null || !("dead" in event) || !Array.isArray(event.dead)) return undefined;
  return event.dead.filter(isDeadMessage);
}

function isDeadMessage(value: unknown): value is DeadMessage {
  if (typeof value !== "object" || value === null) return false;
  const message: Partial<Record<keyof DeadMessage, unknown>> = value;
  return (
    typeof message.taskId === "string" && typeof message.messageId === "string" && typeof message.sentAt === "number"
  );
}

/** @returns the id of the task in a message's body; undefined for what is no task: anybody may send to the queue. */
export function taskIdOf(body: string): string | undefined {
  const taskId = member(jsonIn(body), "taskId");
  return typeof taskId === "string" ? taskId : undefined;
}
