import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { listenLocally } from "../helpers/listen.ts";

/** What is done to a request of an action before it reaches the stack; nothing when it returns false. */
export type Trouble = (response: ServerResponse) => boolean;

export interface Gateway extends AsyncDisposable {
  url: string;
  /** By action, such as `StartLiveTail`. */
  troubles: Map<string, Trouble>;
  /** Polls do not show lines younger than this, as CloudWatch takes its time to index. Milliseconds. */
  lagMs: number;
  /** Answered so far. */
  polls(): number;
  tails(): number;
  /** Ends every open tail without a word. */
  cut(): void;
}

/** Stands between a client and the local CloudWatch Logs, and behaves as badly as it is told to. */
export async function startGateway(target: string): Promise<Gateway> {
  const open = new Set<ServerResponse>();
  let polls = 0;
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const action = String(request.headers["x-amz-target"]).replace(/^.*\./, "");
    const body = await buffer(request);
    if (gateway.troubles.get(action)?.(response)) return;
    const answer = await fetch(`${target}${request.url}`, {
      method: "POST",
      headers: {
        "content-type": String(request.headers["content-type"]),
        "x-amz-target": String(request.headers["x-amz-target"]),
        authorization: String(request.headers.authorization),
      },
      body: new Uint8Array(body),
    });
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
    if (action === "FilterLogEvents") polls += 1;
    if (action === "FilterLogEvents" && gateway.lagMs > 0)
      return response.end(withoutYoung(await answer.text(), Date.now() - gateway.lagMs));
    if (action !== "StartLiveTail" || !answer.ok) return response.end(Buffer.from(await answer.arrayBuffer()));
    open.add(response);
    response.once("close", () => open.delete(response));
    for await (const chunk of answer.body ?? []) {
      if (response.destroyed) break;
      response.write(chunk);
    }
    response.end();
  };
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  const gateway: Gateway = {
    url: `http://127.0.0.1:${await listenLocally(server)}`,
    troubles: new Map(),
    lagMs: 0,
    polls: () => polls,
    tails: () => open.size,
    cut() {
      for (const response of open) response.destroy();
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => (server.closeAllConnections(), server.close(() => resolve()))),
  };
  return gateway;
}

/** @returns a trouble that answers with an error of AWS's. */
export function refuse(type: string, message: string): Trouble {
  return (response) => {
    response.writeHead(400, { "content-type": "application/x-amz-json-1.1" });
    response.end(JSON.stringify({ __type: type, message }));
    return true;
  };
}

function withoutYoung(text: string, before: number): string {
  const answer: unknown = JSON.parse(text);
  if (typeof answer !== "object" || answer === null || !("events" in answer) || !Array.isArray(answer.events))
    return text;
  return JSON.stringify({
    ...answer,
    events: answer.events.filter((event: { ingestionTime: number }) => event.ingestionTime <= before),
  });
}
