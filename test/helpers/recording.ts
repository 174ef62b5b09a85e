import { createServer, request as forward } from "node:http";
import { buffer } from "node:stream/consumers";
import { listenLocally } from "./listen.ts";

/** One call as it came. */
export interface RecordedCall {
  method: string;
  path: string;
  /** `DynamoDB_20120810.Query`; empty where the service is not asked by one. */
  target: string;
  body: string;
}

/** Stands before the stack and writes down what is asked of it. */
export async function recording(
  endpoint: string,
  onCall: (call: RecordedCall) => void,
): Promise<AsyncDisposable & { url: string }> {
  const { hostname, port } = new URL(endpoint);
  const server = createServer((request, response) => {
    const { method = "", url: path = "", headers } = request;
    const pass = async () => {
      const body = await buffer(request);
      onCall({ method, path, target: String(headers["x-amz-target"] ?? ""), body: body.toString("utf8") });
      const onward = forward({ hostname, port, method, path, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.on("error", (error) => response.writeHead(502).end(String(error)));
      onward.end(body);
    };
    pass().catch((error: unknown) => response.writeHead(502).end(String(error)));
  });
  const url = `http://127.0.0.1:${await listenLocally(server)}`;
  const close = () => new Promise<void>((resolve) => (server.closeAllConnections(), server.close(() => resolve())));
  return { url, [Symbol.asyncDispose]: close };
}
