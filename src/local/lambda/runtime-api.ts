import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { MAX_RESPONSE_PAYLOAD } from "./definition.ts";

/** An event on its way into an environment. */
export interface NextEvent {
  requestId: string;
  payload: Buffer;
  /** Epoch milliseconds. */
  deadline: number;
  functionArn: string;
  traceId: string;
  /** Base64-decoded JSON of the caller's client context. */
  clientContext?: string;
}

/** What an environment told: its answer to one event. `body` is cut off when `tooLarge`. */
export interface Answer {
  kind: "response" | "error";
  body: Buffer;
  tooLarge: boolean;
  /** Largest resident set in KB, when the runtime tells it. */
  maxRssKb?: number;
}

/** The stack's side of one environment. */
export interface RuntimePeer {
  /** The runtime waits for an event; `send` hands it over and is called at most once. */
  onNext(send: (event: NextEvent) => void): void;
  /** @returns false when no invocation of that id is under way. */
  onAnswer(requestId: string, answer: Answer): boolean;
  onInitError(body: Buffer): void;
}

export interface RuntimeApi {
  /** @returns the value of `AWS_LAMBDA_RUNTIME_API` for a new environment (`127.0.0.1:<port>/<secret>`), and its end. */
  register(peer: RuntimePeer): Promise<{ address: string; release(): void }>;
  close(): Promise<void>;
}

const VERSION = "/2018-06-01/runtime/";

/**
 * Serves Lambda's Runtime API on the loopback address, one unguessable path for each environment, so that no other
 * program on this machine can take an event or forge an answer. Any language's runtime client that keeps a path in
 * `AWS_LAMBDA_RUNTIME_API` can use it.
 */
export function createRuntimeApi(): RuntimeApi {
  const peers = new Map<string, RuntimePeer>();
  let listening: Promise<{ server: Server; port: number }> | undefined;

  const start = async () => {
    const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 }, (req, res) => {
      req.on("error", () => {});
      res.on("error", () => {});
      res.sendDate = false;
      const slash = req.url?.indexOf("/", 1) ?? -1;
      const peer = slash > 0 ? peers.get(req.url?.slice(1, slash) ?? "") : undefined;
      if (!peer) return reply(res, 403, { errorType: "AccessDenied", errorMessage: "No such environment." });
      serve(peer, req.url?.slice(slash) ?? "", req, res);
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("The Runtime API listens on no port.");
    return { server, port: address.port };
  };

  return {
    async register(peer) {
      const { port } = await (listening ??= start());
      const secret = randomBytes(18).toString("base64url");
      peers.set(secret, peer);
      return { address: `127.0.0.1:${port}/${secret}`, release: () => void peers.delete(secret) };
    },
    async close() {
      if (!listening) return;
      const { server } = await listening;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function serve(peer: RuntimePeer, path: string, req: IncomingMessage, res: ServerResponse): void {
  if (!path.startsWith(VERSION)) return reply(res, 404, { errorType: "NotFound", errorMessage: "No such path." });
  const parts = path.slice(VERSION.length).split("/");
  if (req.method === "GET" && parts[0] === "invocation" && parts[1] === "next") {
    return peer.onNext((event) => sendEvent(res, event));
  }
  if (req.method !== "POST") return reply(res, 404, { errorType: "NotFound", errorMessage: "No such path." });
  readAnswer(req, (body, tooLarge) => {
    if (parts[0] === "init" && parts[1] === "error") {
      accepted(res);
      return peer.onInitError(body);
    }
    const kind = parts[2];
    if (parts[0] !== "invocation" || (kind !== "response" && kind !== "error")) {
      return reply(res, 404, { errorType: "NotFound", errorMessage: "No such path." });
    }
    const rss = Number(req.headers["x-max-rss-kb"]);
    const answer: Answer = { kind, body, tooLarge, ...(rss > 0 ? { maxRssKb: rss } : {}) };
    if (peer.onAnswer(parts[1] ?? "", answer)) accepted(res);
    else reply(res, 400, { errorType: "InvalidRequestID", errorMessage: "Invalid request ID" });
  });
}

function sendEvent(res: ServerResponse, event: NextEvent): void {
  res.writeHead(200, {
    "content-type": "application/json",
    "content-length": event.payload.length,
    "lambda-runtime-aws-request-id": event.requestId,
    "lambda-runtime-deadline-ms": event.deadline,
    "lambda-runtime-invoked-function-arn": event.functionArn,
    "lambda-runtime-trace-id": event.traceId,
    ...(event.clientContext ? { "lambda-runtime-client-context": event.clientContext } : {}),
  });
  res.end(event.payload);
}

function readAnswer(req: IncomingMessage, done: (body: Buffer, tooLarge: boolean) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  req.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MAX_RESPONSE_PAYLOAD) chunks.push(chunk);
    else chunks.length = 0;
  });
  req.once("end", () =>
    done(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks), size > MAX_RESPONSE_PAYLOAD),
  );
}

function accepted(res: ServerResponse): void {
  reply(res, 202, { status: "OK" });
}

function reply(res: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  res.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  res.end(text);
}
