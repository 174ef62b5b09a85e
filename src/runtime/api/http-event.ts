import type { HttpAnswer } from "./answers.ts";

/** What the functions read of an HTTP API's event (payload format 2.0). */
export interface HttpRequest {
  method: string;
  /** Decoded segments after the stage's name, such as `["tasks", "4711", "events"]`. */
  segments: string[];
  query: Record<string, string | undefined>;
  body: string;
  authorizerContext: unknown;
  requestId: string;
}

export type Fields = Record<string, unknown>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export const fields = (value: unknown): Fields => (isFields(value) ? value : {});
export const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** Reads an event of the HTTP API; what is missing reads as empty. */
export function readHttpEvent(event: unknown): HttpRequest {
  const { rawPath, queryStringParameters, body, isBase64Encoded, requestContext } = fields(event);
  const context = fields(requestContext);
  const content = text(body) ?? "";
  const stage = text(context["stage"]);
  const path = text(rawPath) ?? "/";
  // A named stage is the first segment of the path; the stage `$default` is not part of it.
  const route =
    stage !== undefined && stage !== "$default" && path.startsWith(`/${stage}/`) ? path.slice(stage.length + 1) : path;
  return {
    method: text(fields(context["http"])["method"]) ?? "",
    segments: route.split("/").filter((segment) => segment !== ""),
    query: Object.fromEntries(
      Object.entries(fields(queryStringParameters)).map(([name, value]) => [name, text(value)]),
    ),
    // curl's -d sends a form type, which the gateway takes for bytes.
    body: isBase64Encoded === true ? Buffer.from(content, "base64").toString("utf8") : content,
    authorizerContext: fields(context["authorizer"])["lambda"],
    requestId: text(context["requestId"]) ?? "",
  };
}

export function json(statusCode: number, body: unknown, headers: Record<string, string> = {}): HttpAnswer {
  return {
    statusCode,
    headers: { "content-type": "application/json", "cache-control": "no-store", ...headers },
    body: JSON.stringify(body),
  };
}
