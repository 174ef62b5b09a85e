import { AwsError, NotOffered } from "../context.ts";
import { type Exchange, noteError } from "../exchange.ts";

/** An action of a JSON-protocol service: parsed body in, result object out; an AwsError goes to the wire as it is. */
export type JsonAction = (input: Record<string, unknown>, exchange: Exchange) => unknown;

export interface JsonProtocol {
  /** Before the dot in `X-Amz-Target`, such as `AmazonSQS` or `Logs_20140328`. */
  target: string;
  version: "1.0" | "1.1";
  /** Put before `#` in `__type`, such as `com.amazonaws.sqs`. */
  namespace?: string;
  actions: Readonly<Record<string, JsonAction>>;
  /** For headers some services add, such as `x-amz-crc32`. */
  decorate?(payload: Buffer): Record<string, string>;
}

/** Serves one AWS JSON request: finds the action, runs it, writes its result or its error as AWS does. */
export async function serveJson(exchange: Exchange, protocol: JsonProtocol): Promise<void> {
  try {
    const action = findAction(exchange, protocol);
    const result = await action(parseObject(await exchange.body()), exchange);
    send(exchange, protocol, 200, result === undefined ? "" : JSON.stringify(result), {});
  } catch (error) {
    sendError(exchange, protocol, error);
  }
}

function findAction(exchange: Exchange, protocol: JsonProtocol): JsonAction {
  const target = String(exchange.req.headers["x-amz-target"] ?? "");
  const name = target.startsWith(`${protocol.target}.`) ? target.slice(protocol.target.length + 1) : "";
  const action = Object.hasOwn(protocol.actions, name) ? protocol.actions[name] : undefined;
  if (!action)
    throw new NotOffered("UnknownOperationException", `The local stack does not offer ${target || "this operation"}.`);
  return action;
}

function parseObject(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Falls through to the one error that AWS gives for both.
  }
  throw new AwsError("SerializationException", "The request body is not a JSON object.");
}

/** Writes an error in the JSON protocol; what is not an AwsError becomes `InternalFailure` without its stack. */
export function sendError(
  exchange: Exchange,
  protocol: Pick<JsonProtocol, "version" | "namespace" | "decorate">,
  error: unknown,
): void {
  noteError(exchange, error);
  if (exchange.res.headersSent || exchange.res.destroyed) return void exchange.res.destroy();
  const known =
    error instanceof AwsError
      ? error
      : new AwsError("InternalFailure", "The local stack failed on this request.", { status: 500 });
  const type = protocol.namespace ? `${protocol.namespace}#${known.code}` : known.code;
  const headers: Record<string, string> = { "x-amzn-errortype": known.code };
  if (known.queryCode)
    headers["x-amzn-query-error"] = `${known.queryCode};${known.status < 500 ? "Sender" : "Receiver"}`;
  send(
    exchange,
    protocol,
    known.status,
    JSON.stringify({ __type: type, message: known.message, ...known.members }),
    headers,
  );
}

function send(
  exchange: Exchange,
  protocol: Pick<JsonProtocol, "version" | "decorate">,
  status: number,
  text: string,
  headers: Record<string, string>,
): void {
  exchange.res.writeHead(status, {
    "content-type": `application/x-amz-json-${protocol.version}`,
    "content-length": Buffer.byteLength(text),
    "x-amzn-requestid": exchange.requestId,
    ...protocol.decorate?.(Buffer.from(text, "utf8")),
    ...headers,
  });
  // A string leaves with the headers in one write; a buffer would take a second, a third of a small answer's cost.
  exchange.res.end(text);
}
