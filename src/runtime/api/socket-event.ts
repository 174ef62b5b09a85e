import type { ClientMessage } from "../../contract/socket.ts";
import { fields, isFields, text, type Fields } from "./http-event.ts";

/** What the function reads of a WebSocket API's event. */
export interface SocketEvent {
  routeKey: string;
  connectionId: string;
  body: string;
  origin: string | undefined;
  authorizerContext: unknown;
  requestId: string;
}

export function readSocketEvent(event: unknown): SocketEvent {
  const { requestContext, body, isBase64Encoded, headers } = fields(event);
  const context = fields(requestContext);
  const content = text(body) ?? "";
  return {
    routeKey: text(context["routeKey"]) ?? "",
    connectionId: text(context["connectionId"]) ?? "",
    body: isBase64Encoded === true ? Buffer.from(content, "base64").toString("utf8") : content,
    origin: header(fields(headers), "origin"),
    authorizerContext: context["authorizer"],
    requestId: text(context["requestId"]) ?? "",
  };
}

/** A WebSocket API passes headers on as they were written. */
export function header(headers: Fields, name: string): string | undefined {
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name);
  return text(found?.[1]);
}

/** @returns the message, or what is wrong with it. */
export function parseClientMessage(body: string): ClientMessage | { problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { problem: "A message must be JSON." };
  }
  if (!isFields(value)) return { problem: "A message must be a JSON object." };
  const { action, taskId, after, all } = value;
  if (action === "ping") return { action };
  if (action === "unsubscribe") return typeof taskId === "string" ? { action, taskId } : { action };
  if (action !== "subscribe") return { problem: "`action` must be subscribe, unsubscribe or ping." };
  if (all === true) return { action, all };
  if (typeof taskId !== "string" || taskId === "") return { problem: "A subscription needs `taskId`, or `all: true`." };
  if (after === undefined) return { action, taskId };
  if (typeof after !== "number" || !Number.isSafeInteger(after) || after < 0 || after > 99_999_999)
    return { problem: "`after` must be the seq of the last event you have." };
  return { action, taskId, after };
}
