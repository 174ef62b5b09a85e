import type { HttpAnswer } from "./answers.ts";
import { ApiError } from "./api-error.ts";
import { callerFromContext, type Caller } from "./caller.ts";
import { createDocument } from "./documents.ts";
import { type HttpRequest, json, readHttpEvent } from "./http-event.ts";
import type { ApiParts } from "./parts.ts";
import { cancelTask, getEvents, getTask, listTasks, submitTask, ticketFor } from "./tasks.ts";

interface Route {
  method: string;
  /** A colon stands for one segment. */
  path: string;
  status: number;
  run(parts: ApiParts, caller: Caller, request: HttpRequest, taskId: string): Promise<unknown>;
}

const ROUTES: readonly Route[] = [
  { method: "POST", path: "tasks", status: 202, run: (parts, caller, { body }) => submitTask(parts, caller, body) },
  { method: "GET", path: "tasks", status: 200, run: (parts, caller, { query }) => listTasks(parts, caller, query) },
  { method: "GET", path: "tasks/:", status: 200, run: (parts, caller, _, taskId) => getTask(parts, caller, taskId) },
  {
    method: "GET",
    path: "tasks/:/events",
    status: 200,
    run: (parts, caller, { query }, taskId) => getEvents(parts, caller, taskId, query),
  },
  {
    method: "POST",
    path: "tasks/:/cancel",
    status: 200,
    run: (parts, caller, _, taskId) => cancelTask(parts, caller, taskId),
  },
  {
    method: "POST",
    path: "tasks/:/ticket",
    status: 200,
    run: (parts, caller, _, taskId) => ticketFor(parts, caller, taskId),
  },
  {
    method: "POST",
    path: "documents",
    status: 201,
    run: (parts, caller, { body }) => createDocument(body, caller, parts.settings, parts.presigner),
  },
];

/** Answers the HTTP API; see src/contract/http.ts for its routes. Never rejects. */
export async function handleHttp(parts: ApiParts, event: unknown): Promise<HttpAnswer> {
  const request = readHttpEvent(event);
  try {
    const route = findRoute(request);
    const caller = callerFromContext(request.authorizerContext);
    if (!caller)
      throw new ApiError(401, "UNAUTHORIZED", "The request carries no caller.", {
        hint: "Attach the stage's authorizer to this route.",
      });
    return json(route.status, await route.run(parts, caller, request, request.segments[1] ?? ""));
  } catch (error) {
    if (error instanceof ApiError) return json(error.status, error.toResponse());
    parts.log.error("A request failed.", {
      requestId: request.requestId,
      method: request.method,
      route: request.segments[0] ?? "",
      error,
    });
    const message = "The request could not be handled.";
    return json(500, {
      error: {
        code: "INTERNAL",
        message,
        hint: `Try again; the function's log has the cause under request id ${request.requestId}.`,
      },
    });
  }
}

/** @throws ApiError 404 or 405. */
function findRoute({ method, segments }: HttpRequest): Route {
  const path = segments.map((segment, index) => (segments[0] === "tasks" && index === 1 ? ":" : segment)).join("/");
  const found = ROUTES.filter((route) => route.path === path);
  const route = found.find((candidate) => candidate.method === method);
  if (route) return route;
  if (found.length > 0)
    throw new ApiError(
      405,
      "METHOD_NOT_ALLOWED",
      `${method} is not offered here; ${found.map((known) => known.method).join(", ")} is.`,
    );
  throw new ApiError(404, "NO_SUCH_ROUTE", `There is no ${method} /${segments.join("/").slice(0, 200)}.`, {
    hint: "Routes: POST /tasks, GET /tasks, GET /tasks/{taskId}, GET /tasks/{taskId}/events, POST /tasks/{taskId}/cancel, POST /tasks/{taskId}/ticket, POST /documents.",
  });
}
