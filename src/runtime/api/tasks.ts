import { randomUUID } from "node:crypto";
import { TASK_STATUSES, TERMINAL_STATUSES, type TaskEvent, type TokenEvent } from "../../contract/event.ts";
import type {
  EventsResponse,
  ListResponse,
  SubmitResponse,
  TaskResponse,
  TicketResponse,
} from "../../contract/http.ts";
import type { TaskRecord } from "../../contract/record.ts";
import { MAX_TASK_BYTES, type Task } from "../../contract/task.ts";
import { ApiError, invalid, taskNotFound } from "./api-error.ts";
import { maySee, type Caller } from "./caller.ts";
import type { ApiParts } from "./parts.ts";
import { addResult } from "./result.ts";
import { enqueue } from "./send.ts";
import { parseSubmitRequest, tooLarge } from "./submit-request.ts";
import { createTicket } from "./ticket.ts";

/** A function's answer holds 6 MB; this leaves room for the text and the envelope. */
const MAX_EVENTS_BYTES = 4 * 1024 * 1024;
/** So long a cancel waits for followers and webhook; what is left then is the reconciler's. */
const CANCEL_TELL_MS = 5_000;
const MAX_PAGE = 100;
const DEFAULT_PAGE = 20;

/**
 * POST /tasks: writes the record, then sends the message. A repeat sends again until the record says that the message is
 * in the queue, so that a submit that died in between is mended by its own retry.
 * @throws ApiError 400, 403, 409 or 413.
 */
export async function submitTask(parts: ApiParts, caller: Caller, body: string): Promise<SubmitResponse> {
  const request = parseSubmitRequest(body, caller, parts.settings);
  const owner = caller.kind === "user" ? caller.userId : request.userId;
  const task: Task = { ...request, taskId: request.taskId ?? randomUUID(), userId: owner ?? "service" };
  const bytes = Buffer.byteLength(JSON.stringify(task));
  if (bytes > MAX_TASK_BYTES) throw tooLarge(bytes);

  const { outcome, record, events } = await parts.store.accept(task);
  if (outcome === "conflict") {
    throw new ApiError(409, "TASK_CONFLICT", `The id ${task.taskId} belongs to another task.`, {
      hint: "Repeat the submit with the same content, or leave taskId out to get a new id.",
    });
  }
  const isUnsent = record.queuedAt === undefined && !isEnded(record);
  // Followers may hear of the start before the acceptance; they put events in order by `seq`.
  const [ticket] = await Promise.all([
    issueTicket(parts, caller, task),
    isUnsent ? enqueue(parts, task) : undefined,
    events.length > 0 ? parts.publish(events, task) : undefined,
  ]);
  return { v: 1, taskId: task.taskId, status: record.status, duplicate: outcome === "duplicate", ...ticket };
}

/** GET /tasks. A user's list holds its own tasks only. @throws ApiError 400. */
export async function listTasks(
  parts: ApiParts,
  caller: Caller,
  query: Record<string, string | undefined>,
): Promise<ListResponse> {
  const limit = query["limit"] === undefined ? DEFAULT_PAGE : Number(query["limit"]);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
    throw invalid("The limit is not valid.", [
      { path: "limit", message: `must be a whole number from 1 to ${MAX_PAGE}` },
    ]);
  }
  const status = TASK_STATUSES.find((known) => known === query["status"]);
  if (query["status"] !== undefined && !status) {
    const message = `must be one of ${TASK_STATUSES.join(", ")}`;
    throw invalid("The status is not valid.", [{ path: "status", message }]);
  }
  const cursor = query["cursor"];
  try {
    const page = await parts.store.list({
      limit,
      ...(status ? { status } : {}),
      ...(cursor === undefined ? {} : { cursor }),
      ...(caller.kind === "user" ? { userId: caller.userId ?? "" } : {}),
    });
    return { v: 1, ...page };
  } catch (error) {
    if (error instanceof RangeError)
      throw invalid(error.message, [{ path: "cursor", message: "must be the cursor of the page before" }]);
    throw error;
  }
}

/** GET /tasks/{taskId}. @throws ApiError 404, also for another user's task. */
export async function getTask(parts: ApiParts, caller: Caller, taskId: string): Promise<TaskResponse> {
  return await addResult(parts, await visibleTask(parts, caller, taskId));
}

/** GET /tasks/{taskId}/events: what a poller reads. @throws ApiError 400 or 404. */
export async function getEvents(
  parts: ApiParts,
  caller: Caller,
  taskId: string,
  query: Record<string, string | undefined>,
): Promise<EventsResponse> {
  const after = Number(query["after"] ?? 0);
  if (!Number.isSafeInteger(after) || after < 0 || after > 99_999_999) {
    throw invalid("`after` is not valid.", [
      { path: "after", message: "must be the seq of the last event you have, or 0" },
    ]);
  }
  const { status } = await visibleTask(parts, caller, taskId);
  const all = await parts.store.events(taskId, after);
  const events = firstBytes(all, MAX_EVENTS_BYTES);
  // Read after the events: once the end is among them, the text is whole.
  const text = events.length === all.length ? await storedText(parts, taskId) : undefined;
  return { v: 1, status, events, ...(text ? { text } : {}) };
}

/** POST /tasks/{taskId}/cancel. Cancelling twice is the same as once. @throws ApiError 404 or 409. */
export async function cancelTask(parts: ApiParts, caller: Caller, taskId: string): Promise<TaskResponse> {
  await visibleTask(parts, caller, taskId);
  const result = await parts.store.cancel(taskId, caller.kind === "user" ? (caller.userId ?? "user") : "service");
  if (result.outcome === "missing") throw taskNotFound(taskId);
  if (result.outcome === "ended" && result.record.status !== "cancelled") {
    throw new ApiError(409, "TASK_ENDED", `Task ${taskId} has ended already: ${result.record.status}.`);
  }
  await parts.tellEnd(taskId, CANCEL_TELL_MS);
  return { v: 1, task: result.record };
}

/** POST /tasks/{taskId}/ticket. @throws ApiError 404. */
export async function ticketFor(parts: ApiParts, caller: Caller, taskId: string): Promise<TicketResponse> {
  const { task } = await visibleTask(parts, caller, taskId);
  return { v: 1, ...(await issueTicket(parts, caller, task)) };
}

/** @throws ApiError 404. */
async function visibleTask(parts: ApiParts, caller: Caller, taskId: string): Promise<TaskRecord> {
  const record = await parts.store.get(taskId);
  if (!record || !maySee(caller, record.task)) throw taskNotFound(taskId);
  return record;
}

/** The text streamed so far, as one token from the beginning. */
async function storedText(parts: ApiParts, taskId: string): Promise<TokenEvent | undefined> {
  const text = await parts.store.text(taskId);
  return (
    text && { type: "token", taskId, generation: text.generation, attempt: text.attempt, offset: 0, delta: text.text }
  );
}

async function issueTicket(parts: ApiParts, caller: Caller, task: Task): Promise<Omit<TicketResponse, "v">> {
  const made = createTicket(
    await parts.stageToken(),
    { taskId: task.taskId, userId: task.userId, kind: caller.kind },
    parts.clock.now(),
  );
  return { socketUrl: parts.settings.socketUrl, ...made };
}

function isEnded(record: TaskRecord): boolean {
  return TERMINAL_STATUSES.some((status) => status === record.status);
}

/** As many events as fit, and one at least: who asks again gets on. */
function firstBytes(events: TaskEvent[], limit: number): TaskEvent[] {
  let bytes = 0;
  const end = events.findIndex(
    (event, index) => (bytes += Buffer.byteLength(JSON.stringify(event))) > limit && index > 0,
  );
  return end < 0 ? events : events.slice(0, end);
}
