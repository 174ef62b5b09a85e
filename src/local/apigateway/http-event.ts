import type { LocalContext } from "../context.ts";
import type { Exchange } from "../exchange.ts";
import { gatewayId, requestTime, traceId } from "./ids.ts";
import { decode, type RouteMatch } from "./http-routes.ts";
import { cookies, forwardedHeaders, hostName, joinedHeaders, mapValues, queryValues, sourceIp } from "./request.ts";

/** Payload format 2.0 without the body: what an authorizer and a function both get. */
export interface HttpEvent {
  version: "2.0";
  routeKey: string;
  rawPath: string;
  rawQueryString: string;
  cookies?: string[];
  headers: Record<string, string>;
  queryStringParameters?: Record<string, string>;
  requestContext: Record<string, unknown>;
  pathParameters?: Record<string, string>;
}

export interface ApiIdentity {
  apiId: string;
  stage: string;
}

/** @returns the event of a matched request, in payload format 2.0, and the request's id. */
export function httpEvent(
  ctx: LocalContext,
  exchange: Exchange,
  match: RouteMatch,
  api: ApiIdentity,
): { event: HttpEvent; requestId: string } {
  const { req, url } = exchange;
  const now = ctx.clock.now();
  const requestId = gatewayId();
  const rawPath = decode(url.pathname);
  const cookieList = cookies(req);
  const query = mapValues(queryValues(url), (values) => values.join(","));
  const parameters = mapValues(match.parameters, (value) => value);
  const domainName = hostName(req);
  const event: HttpEvent = {
    version: "2.0",
    routeKey: match.routeKey,
    rawPath,
    rawQueryString: url.search.slice(1),
    ...(cookieList ? { cookies: cookieList } : {}),
    headers: joinedHeaders(req, forwardedHeaders(req, traceId(now))),
    ...(query ? { queryStringParameters: query } : {}),
    requestContext: {
      accountId: ctx.accountId,
      apiId: api.apiId,
      domainName,
      domainPrefix: domainName.split(".")[0] ?? domainName,
      http: {
        method: req.method ?? "GET",
        path: rawPath,
        protocol: `HTTP/${req.httpVersion}`,
        sourceIp: sourceIp(req),
        userAgent: req.headers["user-agent"] ?? "",
      },
      requestId,
      routeKey: match.routeKey,
      stage: api.stage,
      time: requestTime(now),
      timeEpoch: now,
    },
    ...(parameters ? { pathParameters: parameters } : {}),
  };
  return { event, requestId };
}

const TEXT = /^(text\/|application\/(json|xml|javascript|[\w.+-]+\+(json|xml))\b)/i;

/** The body as the function gets it: text for JSON, XML and text types, base64 for all else (a curl's form type too). */
export function eventBody(body: Buffer, contentType: string | undefined): { body?: string; isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false };
  const text = contentType !== undefined && TEXT.test(contentType.trim());
  return text
    ? { body: body.toString("utf8"), isBase64Encoded: false }
    : { body: body.toString("base64"), isBase64Encoded: true };
}
