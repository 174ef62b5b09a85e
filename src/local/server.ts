import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { AwsError } from "./context.ts";
import type { Exchange } from "./exchange.ts";
import { answerError, answerFailure } from "./wire/error-answer.ts";

export interface Listening {
  /** `http://127.0.0.1:<port>`. */
  endpoint: string;
  port: number;
  /** Stops accepting, ends idle and open connections, resolves when the port is free. */
  close(): Promise<void>;
}

export interface ListenOptions {
  /** 0 for any free port. */
  port: number;
  route(exchange: Exchange): Promise<void>;
  upgrade?(req: IncomingMessage, socket: Duplex, head: Buffer): void;
}

const WRONG_HOST = "This host is not served here; use http://127.0.0.1.";
/** Host names by which a page or client may address the stack; anything else is DNS rebinding. */
const LOCAL_HOST = /^(localhost|127\.0\.0\.1|\[::1\]|([a-z0-9.-]+\.)?localhost)(:\d+)?$/i;

/** @returns whether the `Host` header names this machine. */
export function isLocalHost(host: string | undefined): boolean {
  return host !== undefined && LOCAL_HOST.test(host);
}

/**
 * Serves HTTP on the loopback address only.
 * @throws the system's EADDRINUSE or EACCES.
 */
export async function listen(options: ListenOptions): Promise<Listening> {
  const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 });
  const upgraded = new Set<Duplex>();
  server.on("request", (req, res) => void answer(req, res, options.route));
  server.on("upgrade", (req: IncomingMessage, socket: Socket, head: Buffer) => {
    if (!options.upgrade) return socket.destroy();
    if (!isLocalHost(req.headers.host)) return refuseUpgrade(socket);
    upgraded.add(socket);
    socket.once("close", () => upgraded.delete(socket));
    options.upgrade(req, socket, head);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server listens on no port.");
  const { port } = address;
  return { endpoint: `http://127.0.0.1:${port}`, port, close: () => closeServer(server, upgraded) };
}

async function closeServer(server: Server, upgraded: Set<Duplex>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const socket of upgraded) socket.destroy();
  server.closeAllConnections();
  await closed;
}

/** Told, not cut: whoever comes by another name of this machine must see why. */
function refuseUpgrade(socket: Socket): void {
  socket.on("error", () => {});
  const text = JSON.stringify({ message: WRONG_HOST });
  socket.end(
    `HTTP/1.1 421 Misdirected Request\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
  );
}

async function answer(req: IncomingMessage, res: ServerResponse, route: ListenOptions["route"]): Promise<void> {
  // A socket that dies in mid-request must not bring the stack down.
  req.on("error", () => {});
  res.on("error", () => {});
  const exchange = createExchange(req, res);
  if (!exchange) return reply(res, 400, { message: "The request's address cannot be read." });
  if (!isLocalHost(req.headers.host))
    return answerError(exchange, { code: "MisdirectedRequest", message: WRONG_HOST, status: 421 });
  try {
    await route(exchange);
  } catch (error) {
    if (error instanceof AwsError) answerError(exchange, error);
    else answerFailure(exchange);
  }
}

function reply(res: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  res.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  res.end(text);
}

const CREDENTIAL = /Credential=([^/,\s]+)\/\d{8}\/([^/,\s]+)\/([^/,\s]+)\/aws4_request/;

/**
 * Wraps a request; the body is read only when somebody asks for it.
 * @returns undefined when the request's target is no path.
 */
export function createExchange(req: IncomingMessage, res: ServerResponse): Exchange | undefined {
  // Joined, not resolved: `//name/path` is a path here, and not another host.
  const url = req.url?.startsWith("/") ? URL.parse(`http://127.0.0.1${req.url}`) : null;
  if (!url) return undefined;
  const requestId = randomUUID();
  let read: Promise<Buffer> | undefined;
  return {
    req,
    res,
    url,
    requestId,
    scope: credentialScope(req, url),
    body: (limit = 16 * 1024 * 1024) => (read ??= readBody(req, limit)),
  };
}

function credentialScope(req: IncomingMessage, url: URL): Exchange["scope"] {
  const presigned = url.searchParams.get("X-Amz-Credential");
  const source = presigned
    ? `Credential=${presigned}`
    : typeof req.headers.authorization === "string"
      ? req.headers.authorization
      : "";
  const match = CREDENTIAL.exec(source);
  if (!match) return {};
  const [, accessKeyId, region, service] = match;
  return { ...(accessKeyId ? { accessKeyId } : {}), ...(region ? { region } : {}), ...(service ? { service } : {}) };
}

function readBody(req: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    req.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else chunks.length = 0;
    });
    req.once("end", () => {
      if (size <= limit) resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
      else reject(new AwsError("RequestEntityTooLarge", `The request body is over ${limit} bytes.`, { status: 413 }));
    });
    req.once("error", reject);
    req.once("close", () => {
      // Every request closes: the error, whose stack costs more than a small request, is made only for those cut short.
      if (!req.complete) reject(new AwsError("IncompleteBody", "The connection closed before the body was complete."));
    });
  });
}
