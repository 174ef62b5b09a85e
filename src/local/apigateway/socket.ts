import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { WebSocket, WebSocketServer } from "ws";
import { fullStop } from "../../contract/full-stop.ts";
import type { LocalContext } from "../context.ts";
import type { Service } from "../exchange.ts";
import type { FunctionHost, SocketRegistry } from "../interfaces.ts";
import { type Connection, FRAME_LIMIT_BYTES, MESSAGE_LIMIT_BYTES, openConnection } from "./connection.ts";
import { createFrameMeter } from "./frame-meter.ts";
import { integrateConnect, integrateMessage, selectRoute } from "./integration.ts";
import { serveManagement } from "./management.ts";
import { redactedPath } from "./redact.ts";
import { authorizeConnect, type SocketAuthorizer } from "./socket-authorizer.ts";
import {
  connectArn,
  connectEvent,
  connectionInfo,
  disconnectEvent,
  messageEvent,
  type ConnectionInfo,
} from "./socket-event.ts";

export type { SocketAuthorizer } from "./socket-authorizer.ts";

export interface SocketApiOptions {
  host: FunctionHost;
  /** Of every route. */
  functionName: string;
  /** Of `$connect`. */
  authorizer?: SocketAuthorizer;
  /** Route keys, chosen by `$request.body.action`. Default `$connect`, `$disconnect` and `$default`. */
  routes?: readonly string[];
  /** Default `local`. */
  apiId?: string;
  /** Default `local`. */
  stage?: string;
  /** Asked once per management call: true cuts the client off, and the call is answered 410. */
  faults?: { gone(connectionId: string): boolean };
}

/** A WebSocket API: the upgrades for the server, `@connections` as a service. */
export interface SocketApi extends Service, SocketRegistry {
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
}

const DEFAULT_ROUTES = ["$connect", "$disconnect", "$default"];

/** An API Gateway WebSocket API in front of one function, with the events, limits and errors of AWS. */
export function createSocketApi(ctx: LocalContext, options: SocketApiOptions): SocketApi {
  const { host, functionName } = options;
  const api = { apiId: options.apiId ?? "local", stage: options.stage ?? "local" };
  const routes = new Set(options.routes ?? DEFAULT_ROUTES);
  const open = new Map<string, Connection>();
  /** Subprotocols that `$connect` chose, until the handshake that asked is done. */
  const chosen = new WeakMap<IncomingMessage, string>();
  let server: Promise<WebSocketServer> | undefined;
  let closing = false;

  const warn = (text: string) => ctx.emit({ type: "warning", at: ctx.clock.now(), message: text });

  const loadServer = () =>
    (server ??= import("ws").then(
      ({ WebSocketServer }) =>
        new WebSocketServer({
          noServer: true,
          clientTracking: false,
          maxPayload: MESSAGE_LIMIT_BYTES,
          handleProtocols: (_offered, req) => chosen.get(req) ?? false,
        }),
    ));

  /** Best effort, as on AWS: nobody waits and nobody tries again. */
  const tellDisconnect = (info: ConnectionInfo, code: number, reason: string) => {
    if (closing || !routes.has("$disconnect")) return;
    host.invoke(functionName, JSON.stringify(disconnectEvent(ctx, info, code, reason))).catch(() => undefined);
  };

  const onMessage = async (connection: Connection, data: Buffer, binary: boolean) => {
    // What comes behind a frame over the limit is no longer heard.
    if (!connection.isOpen()) return;
    connection.touch();
    const routeKey = selectRoute(routes, data, binary);
    const event = messageEvent(ctx, connection.info, routeKey ?? "$default", data, binary);
    const refusal = routeKey ? await integrateMessage(ctx, host, functionName, JSON.stringify(event)) : "Forbidden";
    if (!refusal) return;
    const { connectionId, requestId } = event.requestContext;
    connection.send(Buffer.from(JSON.stringify({ message: refusal, connectionId, requestId })), true);
  };

  const onOpen = (socket: WebSocket, line: Duplex, info: ConnectionInfo) => {
    const connection = openConnection(ctx, socket, info);
    open.set(info.connectionId, connection);
    const longestFrame = createFrameMeter();
    // Before `ws` reads the same bytes, so that it is closed when the message is whole.
    line.prependListener("data", (bytes: Buffer) => {
      if (longestFrame(bytes) > FRAME_LIMIT_BYTES && connection.isOpen()) connection.close(1009, "Message too long");
    });
    socket.on("message", (data: Buffer | ArrayBuffer | Buffer[], binary) => {
      const bytes = Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
      onMessage(connection, bytes, binary).catch(() => undefined);
    });
    socket.on("ping", connection.touch);
    socket.on("pong", connection.touch);
    // A broken frame or one over the limit: `ws` closes with the right code by itself.
    socket.on("error", () => {});
    socket.once("close", (code, reason) => {
      connection.release();
      open.delete(info.connectionId);
      tellDisconnect(info, code, reason.toString("utf8"));
    });
  };

  /** @returns the status of the handshake. */
  const accept = async (req: IncomingMessage, socket: Duplex, head: Buffer, url: URL): Promise<number> => {
    if (!isHandshake(req)) return refuse(socket, 400, { message: "Bad Request" });
    const info = connectionInfo(ctx, req, api);
    const event = connectEvent(ctx, info, req, url);
    const ids = { connectionId: info.connectionId, requestId: event.requestContext.requestId };
    if (options.authorizer) {
      const decision = await authorizeConnect(host, options.authorizer, event, connectArn(ctx, info));
      if (!decision.allowed) {
        if (decision.reason) warn(`$connect: ${fullStop(decision.reason)}`);
        return refuse(socket, decision.status, { message: decision.message, ...ids });
      }
      info.authorizer = decision.authorizer;
    }
    if (routes.has("$connect")) {
      const payload = {
        ...event,
        requestContext: { ...event.requestContext, ...(info.authorizer ? { authorizer: info.authorizer } : {}) },
      };
      const result = await integrateConnect(ctx, host, functionName, JSON.stringify(payload));
      if (result.status < 200 || result.status > 299)
        return refuse(socket, result.status, { message: result.message ?? "Forbidden", ...ids });
      if (result.protocol) chosen.set(req, result.protocol);
    }
    const sockets = await loadServer();
    if (socket.destroyed || closing) {
      tellDisconnect(info, 1006, "");
      socket.destroy();
      return 499;
    }
    sockets.handleUpgrade(req, socket, head, (webSocket) => onOpen(webSocket, socket, info));
    return 101;
  };

  const find = (id: string): Connection | undefined => {
    const connection = open.get(id);
    if (!connection?.isOpen()) return undefined;
    if (!options.faults?.gone(id)) return connection;
    // A client that is gone for the worker must be gone for itself too: it has to notice and connect again.
    open.delete(id);
    connection.cut();
    return undefined;
  };

  return {
    upgrade(req, socket, head) {
      const started = ctx.clock.now();
      // A client may vanish in mid-handshake.
      socket.on("error", () => {});
      const url = parseUrl(req.url);
      if (!url) return void refuse(socket, 400, { message: "Bad Request" });
      accept(req, socket, head, url).then(
        (status) =>
          ctx.emit({
            type: "request",
            at: started,
            method: "GET",
            path: redactedPath(url),
            status,
            ms: ctx.clock.now() - started,
          }),
        () => socket.destroy(),
      );
    },
    handle: (exchange) => serveManagement(exchange, find),
    connections: () => open.size,
    close() {
      closing = true;
      for (const connection of open.values()) {
        connection.release();
        connection.close(1001, "Going away");
      }
      open.clear();
    },
  };
}

/** Checked before anything runs for a client that could not be accepted in the end. */
function isHandshake(req: IncomingMessage): boolean {
  return (
    req.method === "GET" &&
    req.headers.upgrade?.toLowerCase() === "websocket" &&
    /^[+/0-9A-Za-z]{22}==$/.test(req.headers["sec-websocket-key"] ?? "") &&
    req.headers["sec-websocket-version"] === "13"
  );
}

function parseUrl(target: string | undefined): URL | undefined {
  return URL.parse(`http://127.0.0.1${target?.startsWith("/") ? target : "/"}`) ?? undefined;
}

const STATUS_TEXT: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  500: "Internal Server Error",
};

/** Ends the handshake with an HTTP answer. @returns its status. */
function refuse(socket: Duplex, status: number, body: Record<string, string>): number {
  const text = JSON.stringify(body);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_TEXT[status] ?? "Refused"}\r\nConnection: close\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
  return status;
}
