import { isTaskStatus, type TaskEvent, type TokenEvent } from "../contract/event.ts";
import type {
  DocumentResponse,
  EventsResponse,
  ListResponse,
  SubmitResponse,
  TaskResponse,
  TicketResponse,
} from "../contract/http.ts";
import { jsonIn } from "../contract/json.ts";
import type { TaskRecord, TaskSummary } from "../contract/record.ts";
import type { ServerMessage } from "../contract/socket.ts";

/*
 * What comes over the wire is looked at before it is believed. By hand, since a browser should not download a schema
 * library for it. A member that only newer servers know is let through; one that the client needs must be right.
 */

type Fields = Record<string, unknown>;

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const isText = (value: unknown): value is string => typeof value === "string";
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

const EVENT_TYPES: ReadonlySet<unknown> = new Set<TaskEvent["type"]>([
  "accepted",
  "started",
  "progress",
  "completed",
  "failed",
  "deadlettered",
  "replayed",
  "cancelled",
]);

export function isTaskEvent(value: unknown): value is TaskEvent {
  return (
    isObject(value) &&
    EVENT_TYPES.has(value["type"]) &&
    isText(value["taskId"]) &&
    isCount(value["seq"]) &&
    value["seq"] >= 1 &&
    isCount(value["generation"]) &&
    isCount(value["attempt"])
  );
}

export function isTokenEvent(value: unknown): value is TokenEvent {
  return (
    isObject(value) &&
    value["type"] === "token" &&
    isText(value["taskId"]) &&
    isText(value["delta"]) &&
    isCount(value["offset"]) &&
    isCount(value["generation"]) &&
    isCount(value["attempt"])
  );
}

const isOptional = (value: unknown, guard: (value: unknown) => boolean) => value === undefined || guard(value);
const isTextMark = (value: unknown) =>
  isObject(value) && isCount(value["generation"]) && isCount(value["attempt"]) && isCount(value["length"]);

function isSocketReply(value: unknown): value is Exclude<ServerMessage, TaskEvent | TokenEvent> {
  if (!isObject(value)) return false;
  if (value["type"] === "pong") return true;
  if (value["type"] === "subscribed") return isOptional(value["seq"], isCount) && isOptional(value["text"], isTextMark);
  return value["type"] === "error" && isText(value["code"]) && isText(value["message"]);
}

/** @returns the message in a frame; undefined for what this version does not know. */
export function parseServerMessage(data: unknown): ServerMessage | undefined {
  if (!isText(data)) return undefined;
  const value = jsonIn(data);
  return isTaskEvent(value) || isTokenEvent(value) || isSocketReply(value) ? value : undefined;
}

function isRecord(value: unknown): value is TaskRecord {
  return (
    isObject(value) &&
    isObject(value["task"]) &&
    isText(value["task"]["taskId"]) &&
    isTaskStatus(value["status"]) &&
    isCount(value["seq"])
  );
}

function isSummary(value: unknown): value is TaskSummary {
  return isObject(value) && isText(value["taskId"]) && isText(value["acceptedAt"]) && isTaskStatus(value["status"]);
}

export function isTicketResponse(value: unknown): value is TicketResponse {
  return isObject(value) && isText(value["ticket"]) && isText(value["socketUrl"]) && isText(value["ticketExpiresAt"]);
}

export function isSubmitResponse(value: unknown): value is SubmitResponse {
  return isTicketResponse(value) && isObject(value) && isText(value["taskId"]) && isTaskStatus(value["status"]);
}

export function isTaskResponse(value: unknown): value is TaskResponse {
  return isObject(value) && isRecord(value["task"]) && (value["resultUrl"] === undefined || isText(value["resultUrl"]));
}

export function isEventsResponse(value: unknown): value is EventsResponse {
  return (
    isObject(value) &&
    isTaskStatus(value["status"]) &&
    Array.isArray(value["events"]) &&
    value["events"].every(isTaskEvent) &&
    (value["text"] === undefined || isTokenEvent(value["text"]))
  );
}

export function isListResponse(value: unknown): value is ListResponse {
  return isObject(value) && Array.isArray(value["tasks"]) && value["tasks"].every(isSummary);
}

export function isDocumentResponse(value: unknown): value is DocumentResponse {
  return (
    isObject(value) &&
    isText(value["documentReference"]) &&
    isText(value["uploadUrl"]) &&
    isObject(value["headers"]) &&
    Object.values(value["headers"]).every(isText)
  );
}

export interface WireError {
  code: string;
  message: string;
  hint?: string;
  issues?: { path: string; message: string }[];
}

/** @returns the error in an answer's body; undefined when something else answered, such as the gateway itself. */
export function parseWireError(text: string): WireError | undefined {
  const value: unknown = jsonIn(text);
  const error = isObject(value) ? value["error"] : undefined;
  if (!isObject(error) || !isText(error["code"]) || !isText(error["message"])) return undefined;
  const issues = Array.isArray(error["issues"]) ? error["issues"].flatMap(toIssue) : [];
  return {
    code: error["code"],
    message: error["message"],
    ...(isText(error["hint"]) ? { hint: error["hint"] } : {}),
    ...(issues.length > 0 ? { issues } : {}),
  };
}

function toIssue(value: unknown): { path: string; message: string }[] {
  if (!isObject(value) || !isText(value["path"]) || !isText(value["message"])) return [];
  return [{ path: value["path"], message: value["message"] }];
}
