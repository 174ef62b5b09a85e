import type { IncomingMessage } from "node:http";
import type { LocalContext } from "../context.ts";
import { gatewayId, requestTime, traceId } from "./ids.ts";
import { hostName, mapValues, multiValueHeaders, queryValues, sourceIp } from "./request.ts";

/** What API Gateway knows of a connection for as long as it lives. */
export interface ConnectionInfo {
  connectionId: string;
  /** Epoch milliseconds. */
  connectedAt: number;
  apiId: string;
  stage: string;
  domainName: string;
  sourceIp: string;
  userAgent: string | undefined;
  /** `principalId` and the context of the authorizer, all values as text. */
  authorizer?: Record<string, string>;
}

export function connectionInfo(
  ctx: LocalContext,
  req: IncomingMessage,
  api: { apiId: string; stage: string },
): ConnectionInfo {
  return {
    connectionId: gatewayId(),
    connectedAt: ctx.clock.now(),
    ...api,
    domainName: hostName(req),
    sourceIp: sourceIp(req),
    userAgent: req.headers["user-agent"],
  };
}

export interface ConnectEvent {
  headers: Record<string, string>;
  multiValueHeaders: Record<string, string[]>;
  queryStringParameters?: Record<string, string>;
  multiValueQueryStringParameters?: Record<string, string[]>;
  requestContext: ReturnType<typeof requestContext>;
  isBase64Encoded: boolean;
}

/** The `requestContext` of every WebSocket event. */
function requestContext(ctx: LocalContext, connection: ConnectionInfo, routeKey: string, eventType: string) {
  const now = ctx.clock.now();
  const requestId = gatewayId();
  return {
    routeKey,
    ...(connection.authorizer ? { authorizer: connection.authorizer } : {}),
    eventType,
    extendedRequestId: requestId,
    requestTime: requestTime(now),
    messageDirection: "IN",
    stage: connection.stage,
    connectedAt: connection.connectedAt,
    requestTimeEpoch: now,
    identity: { ...(connection.userAgent ? { userAgent: connection.userAgent } : {}), sourceIp: connection.sourceIp },
    requestId,
    domainName: connection.domainName,
    connectionId: connection.connectionId,
    apiId: connection.apiId,
  };
}

/** The event of `$connect`: with the headers and query of the handshake. */
export function connectEvent(
  ctx: LocalContext,
  connection: ConnectionInfo,
  req: IncomingMessage,
  url: URL,
): ConnectEvent {
  const many = multiValueHeaders(req, {
    "X-Amzn-Trace-Id": traceId(ctx.clock.now()),
    "X-Forwarded-For": connection.sourceIp,
    "X-Forwarded-Port": String(req.socket.localPort ?? 80),
    "X-Forwarded-Proto": "http",
  });
  const query = queryValues(url);
  const single = mapValues(query, (values) => values.at(-1) ?? "");
  return {
    headers: mapValues(many, (values) => values.at(-1) ?? "") ?? {},
    multiValueHeaders: many,
    ...(single ? { queryStringParameters: single, multiValueQueryStringParameters: query } : {}),
    requestContext: requestContext(ctx, connection, "$connect", "CONNECT"),
    isBase64Encoded: false,
  };
}

/** The event a REQUEST authorizer gets: the one of `$connect` with its type and the method's ARN. */
export function authorizerEvent(connect: ConnectEvent, methodArn: string): Record<string, unknown> {
  const { isBase64Encoded: _, ...event } = connect;
  return { type: "REQUEST", methodArn, stageVariables: {}, ...event };
}

/** @returns the ARN that policies of the authorizer name. */
export function connectArn(ctx: LocalContext, connection: ConnectionInfo): string {
  return `arn:aws:execute-api:${ctx.region}:${ctx.accountId}:${connection.apiId}/${connection.stage}/$connect`;
}

export function messageEvent(
  ctx: LocalContext,
  connection: ConnectionInfo,
  routeKey: string,
  data: Buffer,
  binary: boolean,
) {
  return {
    requestContext: { ...requestContext(ctx, connection, routeKey, "MESSAGE"), messageId: gatewayId() },
    body: data.toString(binary ? "base64" : "utf8"),
    isBase64Encoded: binary,
  };
}

export function disconnectEvent(ctx: LocalContext, connection: ConnectionInfo, code: number, reason: string) {
  const headers = { Host: connection.domainName, "x-api-key": "", "X-Forwarded-For": "", "x-restapi": "" };
  return {
    headers,
    multiValueHeaders: mapValues(headers, (value) => [value]),
    requestContext: {
      ...requestContext(ctx, connection, "$disconnect", "DISCONNECT"),
      disconnectStatusCode: code,
      disconnectReason: reason,
    },
    isBase64Encoded: false,
  };
}
