import { fullStop } from "../../contract/full-stop.ts";
import { AwsError, type LocalContext } from "../context.ts";
import type { Exchange, Service } from "../exchange.ts";
import type { FunctionHost, InvokeResult } from "../interfaces.ts";
import { createHttpAuthorizer, type HttpAuthorizer } from "./http-authorizer.ts";
import { corsHeaders, preflightHeaders, type CorsOptions } from "./http-cors.ts";
import { eventBody, httpEvent, type HttpEvent } from "./http-event.ts";
import { type HttpAnswer, MalformedAnswer, message, readAnswer } from "./http-response.ts";
import { type HttpRoute, matchRoute } from "./http-routes.ts";
import { gatewayId } from "./ids.ts";
import { redactedPath } from "./redact.ts";

export type { HttpRoute } from "./http-routes.ts";
export type { HttpAuthorizer } from "./http-authorizer.ts";
export type { CorsOptions } from "./http-cors.ts";

export interface HttpApiOptions {
  host: FunctionHost;
  routes: readonly HttpRoute[];
  /** Of every route. */
  authorizer?: HttpAuthorizer;
  cors?: CorsOptions;
  /** Default `local`. */
  apiId?: string;
}

/** Longest wait for a function, as AWS has it; never scaled. */
const INTEGRATION_TIMEOUT_MS = 30_000;
const MAX_BODY_BYTES = 10 * 1024 * 1024;
/** The stage that has no part in the path. */
const STAGE = "$default";

/**
 * An API Gateway HTTP API in front of functions: payload format 2.0, the answers, limits and errors of AWS.
 * Each call is told as a `request` event, secrets in its query replaced.
 */
export function createHttpApi(ctx: LocalContext, options: HttpApiOptions): Service {
  const api = { apiId: options.apiId ?? "local", stage: STAGE };
  const arn = (event: HttpEvent) =>
    `arn:aws:execute-api:${ctx.region}:${ctx.accountId}:${api.apiId}/${STAGE}/${event.routeKey.replace(" /", "/")}`;
  const decide = options.authorizer && createHttpAuthorizer(ctx, options.host, options.authorizer, arn);

  const respond = async (exchange: Exchange): Promise<HttpAnswer & { requestId: string }> => {
    const { req, url } = exchange;
    const match = matchRoute(options.routes, req.method ?? "GET", url.pathname);
    if (!match) return { ...message(404, "Not Found"), requestId: gatewayId() };
    const { event, requestId } = httpEvent(ctx, exchange, match, api);
    const body = await readBody(exchange);
    if (!body) return { ...message(413, "Request Entity Too Large"), requestId };
    if (decide) {
      const decision = await decide(event);
      if (decision.outcome === "unauthorized") return { ...message(401, "Unauthorized"), requestId };
      if (decision.outcome === "denied") return { ...message(403, "Forbidden"), requestId };
      if (decision.outcome === "failed") {
        warn(ctx, `${req.method} ${url.pathname}: ${fullStop(decision.reason)}`);
        return { ...message(500, "Internal Server Error"), requestId };
      }
      event.requestContext["authorizer"] = { lambda: decision.context };
    }
    const payload = JSON.stringify({ ...event, ...eventBody(body, req.headers["content-type"]) });
    const answer = await integrate(ctx, options.host, match.route.functionName, payload);
    return { ...answer, requestId };
  };

  return {
    async handle(exchange) {
      const { req } = exchange;
      const started = ctx.clock.now();
      const preflight = options.cors && req.method === "OPTIONS" && req.headers["access-control-request-method"];
      const answer =
        options.cors && preflight
          ? {
              status: 204,
              headers: preflightHeaders(options.cors, req.headers),
              body: Buffer.alloc(0),
              requestId: gatewayId(),
            }
          : await respond(exchange);
      send(exchange, options.cors && !preflight ? withCors(answer, options.cors, exchange) : answer, answer.requestId);
      const ms = ctx.clock.now() - started;
      ctx.emit({
        type: "request",
        at: started,
        method: req.method ?? "GET",
        path: redactedPath(exchange.url),
        status: answer.status,
        ms,
      });
    },
    close() {},
  };
}

/** With CORS configured, the API's headers replace the function's. */
function withCors(answer: HttpAnswer, cors: CorsOptions, exchange: Exchange): HttpAnswer {
  const own = Object.entries(answer.headers).filter(([name]) => !name.startsWith("access-control-"));
  return { ...answer, headers: { ...Object.fromEntries(own), ...corsHeaders(cors, exchange.req.headers) } };
}

/** @returns undefined when it is over the API's limit. */
async function readBody(exchange: Exchange): Promise<Buffer | undefined> {
  try {
    return await exchange.body(MAX_BODY_BYTES);
  } catch (error) {
    if (error instanceof AwsError && error.status === 413) return undefined;
    throw error;
  }
}

async function integrate(
  ctx: LocalContext,
  host: FunctionHost,
  functionName: string,
  payload: string,
): Promise<HttpAnswer> {
  try {
    // The function runs on when the API has stopped waiting, as on AWS; so nothing aborts it.
    const result = await withTimeout(ctx, host.invoke(functionName, payload));
    if (!result) {
      warn(ctx, `${functionName} took over ${INTEGRATION_TIMEOUT_MS / 1000} s; the HTTP API answered 503.`);
      return message(503, "Service Unavailable");
    }
    if (result.functionError) return message(500, "Internal Server Error");
    return readAnswer(result.payload);
  } catch (error) {
    if (error instanceof AwsError && error.status === 429) return message(503, "Service Unavailable");
    if (error instanceof AwsError && error.status === 413) return message(413, "Request Entity Too Large");
    const reason =
      error instanceof MalformedAnswer || error instanceof AwsError ? error.message : "it could not be run";
    warn(ctx, `${functionName}: ${reason}; the HTTP API answered 500.`);
    return message(500, "Internal Server Error");
  }
}

async function withTimeout(ctx: LocalContext, running: Promise<InvokeResult>): Promise<InvokeResult | undefined> {
  const timer = new AbortController();
  const timeout = ctx.clock.sleep(INTEGRATION_TIMEOUT_MS, timer.signal).catch(() => undefined);
  try {
    return await Promise.race([running, timeout.then(() => undefined)]);
  } finally {
    timer.abort();
    // Whatever comes of a function nobody waits for any more is in its log.
    running.catch(() => undefined);
  }
}

function send(exchange: Exchange, answer: HttpAnswer, requestId: string): void {
  const { res, req } = exchange;
  if (res.headersSent || res.destroyed) return;
  const bare = answer.status === 204 || answer.status === 304;
  res.writeHead(answer.status, {
    ...answer.headers,
    ...(bare ? {} : { "content-length": answer.body.length }),
    "apigw-requestid": requestId,
  });
  res.end(bare || req.method === "HEAD" ? undefined : answer.body);
}

function warn(ctx: LocalContext, text: string): void {
  ctx.emit({ type: "warning", at: ctx.clock.now(), message: text });
}
