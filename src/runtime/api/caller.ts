import type { CallerContext } from "./answers.ts";

/** Who asks, as the authorizer found out. */
export interface Caller {
  kind: "service" | "user";
  /** A user's is its JWT's subject; a service may act for any. */
  userId?: string;
  /** Set when a ticket opened the door: this task and no other. */
  taskId?: string;
  /** The ticket's, which is used up by the connection. `expires` in epoch seconds. */
  ticket?: { nonce: string; expires: number };
}

export function callerToContext(caller: Caller): CallerContext {
  return {
    kind: caller.kind,
    ...(caller.userId === undefined ? {} : { userId: caller.userId }),
    ...(caller.taskId === undefined ? {} : { taskId: caller.taskId }),
    ...(caller.ticket === undefined
      ? {}
      : { ticketNonce: caller.ticket.nonce, ticketExpires: String(caller.ticket.expires) }),
  };
}

/** @returns undefined when the gateway passed no caller on: its authorizer is missing, and nothing must be done. */
export function callerFromContext(context: unknown): Caller | undefined {
  if (typeof context !== "object" || context === null) return undefined;
  const fields = new Map(
    Object.entries(context).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string" && entry[1] !== "",
    ),
  );
  const kind = fields.get("kind");
  const userId = fields.get("userId");
  const taskId = fields.get("taskId");
  const nonce = fields.get("ticketNonce");
  if (kind !== "service" && (kind !== "user" || userId === undefined)) return undefined;
  return {
    kind,
    ...(userId === undefined ? {} : { userId }),
    ...(taskId === undefined ? {} : { taskId }),
    ...(nonce === undefined ? {} : { ticket: { nonce, expires: Number(fields.get("ticketExpires")) } }),
  };
}

/** @returns whether the caller may see a task. A user whose task it is not must not even learn that it is there. */
export function maySee(caller: Caller, task: { taskId: string; userId: string }): boolean {
  if (caller.taskId !== undefined && caller.taskId !== task.taskId) return false;
  return caller.kind === "service" || caller.userId === task.userId;
}
