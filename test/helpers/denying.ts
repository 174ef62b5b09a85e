import { createServer } from "node:http";
import { text as readBody } from "node:stream/consumers";
import { listenLocally } from "./listen.ts";

/** Stands before the queues as IAM does before an account whose administrator forgot one permission. */
export async function denying(endpoint: string, action: string): Promise<AsyncDisposable & { url: string }> {
  const server = createServer((request, response) => {
    const forward = async () => {
      const body = await readBody(request);
      const type = "application/x-amz-json-1.0";
      if (request.headers["x-amz-target"] === `AmazonSQS.${action}`) {
        response.writeHead(400, { "content-type": type, "x-amzn-query-error": "AccessDenied;Sender" });
        return response.end('{"__type":"com.amazon.coral.service#AccessDeniedException","message":"not authorized"}');
      }
      const target = String(request.headers["x-amz-target"]);
      const answer = await fetch(`${endpoint}${request.url}`, {
        method: "POST",
        headers: { "content-type": type, "x-amz-target": target },
        body,
      });
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(await answer.text());
    };
    forward().catch((error: unknown) => response.writeHead(502).end(String(error)));
  });
  const url = `http://127.0.0.1:${await listenLocally(server)}`;
  const close = () => new Promise<void>((resolve) => (server.closeAllConnections(), server.close(() => resolve())));
  return { url, [Symbol.asyncDispose]: close };
}
