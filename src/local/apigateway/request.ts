import type { IncomingMessage } from "node:http";

/** Never passed on: they belong to one hop. */
const HOP = new Set(["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"]);

/** @returns headers in lower case, repeated ones joined by a comma, without those of the hop and without `cookie`. */
export function joinedHeaders(req: IncomingMessage, added: Record<string, string>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, values] of Object.entries(req.headersDistinct)) {
    if (values && !HOP.has(name) && name !== "cookie") headers[name] = values.join(",");
  }
  return { ...headers, ...added };
}

/** @returns every cookie of the request, each as `name=value`; undefined without any. */
export function cookies(req: IncomingMessage): string[] | undefined {
  const found = (req.headersDistinct["cookie"] ?? []).flatMap((line) => line.split(";")).map((item) => item.trim());
  const set = found.filter((item) => item !== "");
  return set.length > 0 ? set : undefined;
}

/** Headers with the names as the client wrote them: what a WebSocket API hands on. */
export function multiValueHeaders(req: IncomingMessage, added: Record<string, string>): Record<string, string[]> {
  const headers: Record<string, string[]> = {};
  for (let i = 0; i + 1 < req.rawHeaders.length; i += 2) {
    const name = req.rawHeaders[i] ?? "";
    (headers[name] ??= []).push(req.rawHeaders[i + 1] ?? "");
  }
  for (const [name, value] of Object.entries(added)) headers[name] = [value];
  return headers;
}

/** @returns decoded query values by name, in the order they came. */
export function queryValues(url: URL): Record<string, string[]> {
  const values: Record<string, string[]> = {};
  for (const [name, value] of url.searchParams) (values[name] ??= []).push(value);
  return values;
}

/** @returns an object with each value mapped, or undefined when it is empty: API Gateway leaves empty maps out. */
export function mapValues<T, U>(source: Record<string, T>, map: (value: T) => U): Record<string, U> | undefined {
  const entries = Object.entries(source).map(([key, value]): [string, U] => [key, map(value)]);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

/** @returns the caller's address as IPv4 where it is one. */
export function sourceIp(req: IncomingMessage): string {
  return (req.socket.remoteAddress ?? "127.0.0.1").replace(/^::ffff:/, "");
}

/** The headers API Gateway adds to what it hands on. */
export function forwardedHeaders(req: IncomingMessage, trace: string): Record<string, string> {
  return {
    "x-amzn-trace-id": trace,
    "x-forwarded-for": sourceIp(req),
    "x-forwarded-port": String(req.socket.localPort ?? 80),
    "x-forwarded-proto": "http",
  };
}

/** @returns the host name a request was sent to, without its port. */
export function hostName(req: IncomingMessage): string {
  return (req.headers.host ?? "localhost").replace(/:\d+$/, "");
}
