import type { ServerMessage } from "../../contract/socket.ts";
import { ALL_TOPIC, taskTopic, userTopic } from "../../contract/table.ts";
import { socketMessage, tokenEvents } from "../outbox/socket-message.ts";
import { callerFromContext, maySee, type Caller } from "./caller.ts";
import type { ApiParts } from "./parts.ts";
import { parseClientMessage, readSocketEvent, type SocketEvent } from "./socket-event.ts";
import { createTicket } from "./ticket.ts";

/** Ends a reply half-way: nobody is there to read it. */
class Gone extends Error {}

/** Answers the WebSocket API; see src/contract/socket.ts for its protocol. Rejects only when `$connect` cannot be decided. */
export async function handleSocket(parts: ApiParts, event: unknown): Promise<{ statusCode: number }> {
  const request = readSocketEvent(event);
  if (request.routeKey === "$connect") return await connect(parts, request);
  if (request.routeKey === "$disconnect") {
    await parts.connections.close(request.connectionId);
    return { statusCode: 200 };
  }
  const reply = createReply(parts, request.connectionId);
  try {
    await answer(parts, request, reply);
  } catch (error) {
    if (error instanceof Gone) await parts.connections.close(request.connectionId);
    else {
      parts.log.error("A message of a socket failed.", {
        requestId: request.requestId,
        connectionId: request.connectionId,
        error,
      });
      await reply({
        type: "error",
        code: "INTERNAL",
        message: "The message could not be handled; send it again.",
      }).catch(() => {});
    }
  }
  return { statusCode: 200 };
}

type Reply = (message: ServerMessage) => Promise<void>;

function createReply(parts: ApiParts, connectionId: string): Reply {
  return async (message) => {
    const text = "seq" in message && message.type !== "subscribed" ? socketMessage(message) : JSON.stringify(message);
    if ((await parts.sockets.post(connectionId, text)) === "gone") throw new Gone();
  };
}

/**
 * A ticket is used up here and not in the authorizer: in one step with the connection it is for, whatever the gateway
 * keeps of the authorizer's answers; and so the authorizer needs no table.
 */
async function connect(parts: ApiParts, request: SocketEvent): Promise<{ statusCode: number }> {
  const caller = callerFromContext(request.authorizerContext);
  if (!caller) return { statusCode: 401 };
  if (request.origin !== undefined && !isAllowedOrigin(request.origin, parts.settings)) {
    parts.log.warn("A page of another origin was refused; list it under api.allowedOrigins to allow it.", {
      origin: request.origin,
    });
    return { statusCode: 403 };
  }
  if (caller.ticket && !(await parts.connections.useTicket(caller.ticket))) {
    parts.log.warn("A ticket was shown a second time.", { connectionId: request.connectionId, taskId: caller.taskId });
    return { statusCode: 403 };
  }
  await parts.connections.open(request.connectionId, caller);
  return { statusCode: 200 };
}

function isAllowedOrigin(origin: string, settings: { allowedOrigins: string[]; allowLoopback: boolean }): boolean {
  if (settings.allowedOrigins.includes("*") || settings.allowedOrigins.includes(origin)) return true;
  return settings.allowLoopback && /^https?:\/\/(([a-z0-9-]+\.)*localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(origin);
}

async function answer(parts: ApiParts, request: SocketEvent, reply: Reply): Promise<void> {
  const message = parseClientMessage(request.body);
  if ("problem" in message) return await reply({ type: "error", code: "BAD_MESSAGE", message: message.problem });
  if (message.action === "ping") return await reply({ type: "pong" });
  const { connections } = parts;
  const { connectionId } = request;
  if (message.action === "unsubscribe") {
    return await connections.unsubscribe(
      connectionId,
      message.taskId === undefined ? undefined : taskTopic(message.taskId),
    );
  }
  const caller = await connections.caller(connectionId);
  if (!caller)
    return await reply({
      type: "error",
      code: "UNKNOWN_CONNECTION",
      message: "This connection is not known any more; connect again.",
    });
  if ("all" in message) return await followAll(parts, caller, connectionId, reply);
  await followTask(parts, caller, connectionId, message, reply);
}

async function followAll(parts: ApiParts, caller: Caller, connectionId: string, reply: Reply): Promise<void> {
  if (caller.taskId !== undefined || (caller.kind === "user" && caller.userId === undefined)) {
    return await reply({
      type: "error",
      code: "FORBIDDEN",
      message: "A ticket is for its own task; following all tasks needs a token.",
    });
  }
  await parts.connections.subscribe(
    connectionId,
    caller.kind === "service" ? ALL_TOPIC : userTopic(caller.userId ?? ""),
  );
  await reply({ type: "subscribed" });
}

/** Registers first and reads the past after, so that nothing falls in between; the client drops what it has twice. */
async function followTask(
  parts: ApiParts,
  caller: Caller,
  connectionId: string,
  { taskId, after = 0 }: { taskId: string; after?: number },
  reply: Reply,
): Promise<void> {
  const { store, connections, clock } = parts;
  const found = await store.get(taskId);
  if (!found || !maySee(caller, found.task)) {
    return await reply({
      type: "error",
      code: "TASK_NOT_FOUND",
      message: `There is no task ${taskId.slice(0, 128)}.`,
      taskId,
    });
  }
  await connections.subscribe(connectionId, taskTopic(taskId));
  const record = (await store.get(taskId)) ?? found;
  for (const event of await store.events(taskId, after)) await reply(event);
  // Read after the events: once the end is among them, the text is whole.
  const { generation, attempt, text } = (await store.text(taskId)) ?? { generation: 0, attempt: 0, text: "" };
  for (const message of tokenEvents({ taskId, generation, attempt }, text)) await reply(message);
  const { ticket } = createTicket(
    await parts.stageToken(),
    { taskId, userId: found.task.userId, kind: caller.kind },
    clock.now(),
  );
  const { seq, status } = record;
  await reply({ type: "subscribed", taskId, seq, status, text: { generation, attempt, length: text.length }, ticket });
}
