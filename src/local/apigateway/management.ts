import { isUtf8 } from "node:buffer";
import { sendJson } from "../control.ts";
import { AwsError } from "../context.ts";
import type { Exchange } from "../exchange.ts";
import { decode } from "./http-routes.ts";
import { type Connection, MESSAGE_LIMIT_BYTES } from "./connection.ts";

const PATH = /^(?:\/[^/]+)*\/(?:@|%40)connections\/([^/]+)\/?$/i;

/** @returns whether a path is one of the management API, with or without a stage before it. */
export function isManagementPath(pathname: string): boolean {
  return /\/(?:@|%40)connections\//i.test(pathname);
}

/**
 * The API Gateway Management API: `POST`, `GET` and `DELETE /@connections/{connectionId}`.
 *
 * @param find the open connection of an id; undefined answers 410.
 */
export async function serveManagement(exchange: Exchange, find: (id: string) => Connection | undefined): Promise<void> {
  try {
    await answer(exchange, find);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const gone = error.code === "GoneException";
    const headers = { "x-amzn-errortype": error.code, "x-amzn-requestid": exchange.requestId };
    if (!gone) return sendJson(exchange, error.status, { message: error.message }, headers);
    exchange.res.writeHead(410, { ...headers, "content-length": 0 });
    exchange.res.end();
  }
}

async function answer(exchange: Exchange, find: (id: string) => Connection | undefined): Promise<void> {
  const { req, res } = exchange;
  if (!exchange.scope.service)
    throw new AwsError("MissingAuthenticationTokenException", "Missing Authentication Token", { status: 403 });
  const id = connectionId(exchange);
  if (req.method === "POST") {
    const data = await readMessage(exchange);
    if (!open(find, id).send(data, isUtf8(data))) {
      throw new AwsError("LimitExceededException", "The client's buffer is full.", { status: 429 });
    }
    return empty(exchange, 200);
  }
  if (req.method === "GET") {
    const { info, lastActiveAt } = open(find, id);
    return sendJson(
      exchange,
      200,
      {
        connectedAt: new Date(info.connectedAt).toISOString(),
        identity: { sourceIp: info.sourceIp, userAgent: info.userAgent ?? "" },
        lastActiveAt: new Date(lastActiveAt()).toISOString(),
      },
      { "x-amzn-requestid": exchange.requestId },
    );
  }
  if (req.method === "DELETE") {
    open(find, id).close(1000, "Connection Closed Normally");
    return empty(exchange, 204);
  }
  res.setHeader("allow", "GET, POST, DELETE");
  throw new AwsError("MissingAuthenticationTokenException", "Missing Authentication Token", { status: 403 });
}

function open(find: (id: string) => Connection | undefined, id: string): Connection {
  const connection = find(id);
  if (!connection) throw new AwsError("GoneException", "Gone", { status: 410 });
  return connection;
}

function connectionId(exchange: Exchange): string {
  const id = decode(PATH.exec(exchange.url.pathname)?.[1] ?? "");
  // AWS tells an id it could not have given out from one that is gone.
  if (!/^[\w-]{2,64}={0,2}$/.test(id)) throw new AwsError("BadRequestException", `Invalid connectionId: ${id}`);
  return id;
}

async function readMessage(exchange: Exchange): Promise<Buffer> {
  try {
    return await exchange.body(MESSAGE_LIMIT_BYTES);
  } catch (error) {
    if (error instanceof AwsError && error.status === 413) {
      throw new AwsError("PayloadTooLargeException", "Message too long", { status: 413 });
    }
    throw error;
  }
}

function empty(exchange: Exchange, status: number): void {
  exchange.res.writeHead(status, {
    "x-amzn-requestid": exchange.requestId,
    ...(status === 204 ? {} : { "content-length": 0 }),
  });
  exchange.res.end();
}
