import { timingSafeEqual } from "node:crypto";
import { PipelineError } from "../contract/errors.ts";
import { AwsError } from "./context.ts";
import type { Exchange } from "./exchange.ts";
import { type Faults, parseFault } from "./faults/index.ts";

/** Handlers by `METHOD name`, such as `POST stop`: what they return goes out as JSON, 200. */
export type ControlHandlers = Readonly<Record<string, (input: unknown, exchange: Exchange) => unknown>>;

export interface ControlOptions {
  /** `Authorization: Bearer <token>` of every route but health. */
  token: string;
  faults: Faults;
  /** Further members of the health answer. */
  health?(): Record<string, unknown>;
  /** Further routes under `/_ai-pipeline/`; looked up on every call, so that they may be added later. */
  handlers?: ControlHandlers;
}

const PREFIX = "/_ai-pipeline/";

/**
 * Answers `/_ai-pipeline/...`: `GET health` for anyone here; with the token `GET`, `PUT` `{ faults: ["model:429=0.3"] }`
 * and `DELETE faults` (`?fault=model:429` for one), and the handlers given.
 */
export async function serveControl(exchange: Exchange, options: ControlOptions): Promise<void> {
  const name = exchange.url.pathname.slice(PREFIX.length).replace(/\/$/, "");
  const key = `${exchange.req.method} ${name}`;
  if (key === "GET health") return sendJson(exchange, 200, { status: "ok", pid: process.pid, ...options.health?.() });
  if (!authorized(exchange.req.headers.authorization, options.token)) {
    return sendJson(exchange, 401, {
      error: { code: "UNAUTHORIZED", message: "The control routes need the stack's own token." },
    });
  }
  const routes: ControlHandlers = { ...faultRoutes(options.faults), ...options.handlers };
  const handler = Object.hasOwn(routes, key) ? routes[key] : undefined;
  if (!handler)
    return sendJson(exchange, 404, {
      error: { code: "NOT_FOUND", message: `The local stack has no control route ${key}.` },
    });
  try {
    const result = await handler(parseBody(await exchange.body()), exchange);
    sendJson(exchange, 200, result ?? {});
  } catch (error) {
    sendJson(exchange, ...errorAnswer(error));
  }
}

function faultRoutes(faults: Faults): ControlHandlers {
  const list = () => ({ faults: faults.list() });
  return {
    "GET faults": list,
    "PUT faults": (input) => {
      const specs = typeof input === "object" && input !== null && "faults" in input ? input.faults : undefined;
      if (!Array.isArray(specs) || !specs.every((spec) => typeof spec === "string")) {
        throw new AwsError("BAD_REQUEST", 'The body must be {"faults": ["model:429=0.3"]}.');
      }
      // All or none: the first bad one leaves what is set as it is.
      for (const spec of specs) parseFault(spec);
      for (const spec of specs) faults.set(spec);
      return list();
    },
    "DELETE faults": (_input, exchange) => {
      const cleared = faults.clear(exchange.url.searchParams.get("fault") ?? undefined);
      return { cleared, ...list() };
    },
  };
}

function errorAnswer(error: unknown): [number, unknown] {
  if (error instanceof PipelineError)
    return [400, { error: { code: error.code, message: error.message, hint: error.hint } }];
  if (error instanceof AwsError) return [error.status, { error: { code: error.code, message: error.message } }];
  return [500, { error: { code: "INTERNAL", message: "The local stack failed on this request." } }];
}

function parseBody(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new AwsError("BAD_REQUEST", "The body is not JSON.");
  }
}

function authorized(header: string | undefined, token: string): boolean {
  const given = Buffer.from(header ?? "");
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** Writes a JSON answer whole. */
export function sendJson(
  exchange: Exchange,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  if (exchange.res.headersSent || exchange.res.destroyed) return;
  const text = JSON.stringify(body);
  exchange.res.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    ...headers,
  });
  exchange.res.end(text);
}
