import { AwsError, NotOffered } from "../context.ts";
import { type Exchange, noteError } from "../exchange.ts";

/** A request of the REST protocol, with what its path holds. */
export interface RestRequest {
  /** Path parameters, decoded. */
  params: Record<string, string>;
  query: URLSearchParams;
  header(name: string): string | undefined;
  body: Buffer;
  /** The body as an object; empty when there is none. @throws AwsError `InvalidRequestContentException`. */
  json(): Record<string, unknown>;
}

export interface RestReply {
  status: number;
  /** JSON, or bytes as they are. */
  body?: unknown;
  headers?: Record<string, string>;
}

export type RestAction = (request: RestRequest) => RestReply | Promise<RestReply>;

/** `METHOD /path/{param}`. */
export type RestRoutes = Readonly<Record<string, RestAction>>;

interface Route {
  method: string;
  parts: string[];
  action: RestAction;
}

/** @returns a function that serves one exchange by its route, errors included. */
export function createRest(routes: RestRoutes, bodyLimit: number): (exchange: Exchange) => Promise<void> {
  const table: Route[] = Object.entries(routes).map(([key, action]) => {
    const [method = "", path = ""] = key.split(" ");
    return { method, parts: path.split("/").slice(1), action };
  });
  return async (exchange) => {
    try {
      const found = match(table, exchange.req.method ?? "", exchange.url.pathname);
      if (!found) {
        throw new NotOffered(
          "UnknownOperationException",
          `The local stack does not offer ${exchange.req.method} ${withoutNames(exchange.url.pathname)}.`,
          { status: 404 },
        );
      }
      const body = await exchange.body(bodyLimit);
      const reply = await found.action({
        params: found.params,
        query: exchange.url.searchParams,
        header: (name) => [exchange.req.headers[name]].flat()[0],
        body,
        json: () => parse(body),
      });
      send(exchange, reply);
    } catch (error) {
      sendError(exchange, error);
    }
  };
}

/** What is not offered is named once, whichever function it was asked for. */
function withoutNames(pathname: string): string {
  return pathname.replace(/(?<=\/functions\/)[^/]+/, "{name}");
}

function match(
  table: Route[],
  method: string,
  pathname: string,
): { action: RestAction; params: Record<string, string> } | undefined {
  const parts = pathname.replace(/\/$/, "").split("/").slice(1);
  for (const route of table) {
    if (route.method !== method || route.parts.length !== parts.length) continue;
    const params: Record<string, string> = {};
    const fits = route.parts.every((part, index) => {
      const given = parts[index] ?? "";
      if (!part.startsWith("{")) return part === given;
      params[part.slice(1, -1)] = decode(given);
      return given !== "";
    });
    if (fits) return { action: route.action, params };
  }
  return undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function parse(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  let reason = "The body is not an object";
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  }
  throw new AwsError("InvalidRequestContentException", `Could not parse request body into json: ${reason}`, {
    members: { Type: "User" },
  });
}

function send(exchange: Exchange, reply: RestReply): void {
  const { res } = exchange;
  if (res.headersSent || res.destroyed) return;
  const payload = Buffer.isBuffer(reply.body)
    ? reply.body
    : Buffer.from(reply.body === undefined ? "" : JSON.stringify(reply.body));
  res.writeHead(reply.status, {
    ...(reply.status === 204 ? {} : { "content-type": "application/json", "content-length": payload.length }),
    "x-amzn-requestid": exchange.requestId,
    ...reply.headers,
  });
  res.end(payload);
}

/** Shapes whose message member is written with a capital. */
const CAPITAL = new Set(["ResourceNotFoundException", "ServiceException"]);

function sendError(exchange: Exchange, error: unknown): void {
  noteError(exchange, error);
  const known =
    error instanceof AwsError
      ? error
      : new AwsError("ServiceException", "The local stack failed on this request.", {
          status: 500,
          members: { Type: "Service" },
        });
  const text = { [CAPITAL.has(known.code) ? "Message" : "message"]: known.message };
  send(exchange, {
    status: known.status,
    body: { ...known.members, ...text },
    headers: { "x-amzn-errortype": known.code },
  });
}
