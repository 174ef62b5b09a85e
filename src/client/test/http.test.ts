import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { afterEach, expect, test } from "vitest";
import { listenLocally } from "../../../test/helpers/listen.ts";
import { createClient } from "../client.ts";
import { ClientError } from "../errors.ts";

type Answer = (req: IncomingMessage, body: string, res: ServerResponse) => void;
const TASK = {
  v: 1,
  taskId: "task-0001",
  status: "accepted",
  duplicate: false,
  socketUrl: "wss://x",
  ticket: "t",
  ticketExpiresAt: "2026-01-01T00:00:00.000Z",
};
let server: Server | undefined;
/** Waits without waiting: what the client asked to sleep is written down. */
const sleeps: number[] = [];
const clock = { now: Date.now, sleep: async (ms: number) => void sleeps.push(ms) };

async function serve(answers: Answer[]): Promise<string> {
  sleeps.length = 0;
  const made = createServer((req, res) => {
    let body = "";
    req.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
    req.on("end", () => (answers.length > 1 ? answers.shift() : answers[0])?.(req, body, res));
  });
  server = made;
  return `http://127.0.0.1:${await listenLocally(made)}`;
}

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (_req, _body, res) =>
    void res.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
});

test("submit sends the same id again when the server fails, and waits as long as it asks", async () => {
  const ids: unknown[] = [];
  const note =
    (answer: Answer): Answer =>
    (req, body, res) => {
      ids.push(/"taskId":"([^"]+)"/.exec(body)?.[1]);
      answer(req, body, res);
    };
  const url = await serve([
    note(json(503, { message: "x" })),
    note(json(429, {}, { "retry-after": "7" })),
    note(json(202, TASK)),
  ]);
  await createClient({ url, token: "t", clock }).submit({ prompt: "p" });
  expect(new Set(ids).size).toBe(1);
  expect(ids).toHaveLength(3);
  expect(sleeps[1]).toBe(7_000);
});

test("a refusal is typed, with the server's code, hint and issues, and not tried again", async () => {
  const error = {
    code: "INVALID_REQUEST",
    message: "The task is not valid.",
    hint: "Mend it.",
    issues: [{ path: "prompt", message: "is missing" }],
  };
  const url = await serve([json(400, { error })]);
  const failure = createClient({ url, token: "t", clock }).submit({ prompt: "" });
  await expect(failure).rejects.toBeInstanceOf(ClientError);
  await expect(failure).rejects.toMatchObject({ status: 400, ...error });
  expect(sleeps).toEqual([]);
});

test.each([
  [401, "UNAUTHORIZED"],
  [403, "FORBIDDEN"],
  [404, "NOT_FOUND"],
])("the gateway's own %i has a code and a next step", async (status, code) => {
  const url = await serve([json(status, { message: "Unauthorized" })]);
  await expect(createClient({ url, clock }).get("task-0001")).rejects.toMatchObject({ status, code });
});

test("no answer in time is a TIMEOUT after two tries, a closed port a NETWORK error that names the place", async () => {
  let asked = 0;
  const url = await serve([() => void asked++]);
  const client = createClient({ url, token: "t", clock, timings: { request: 20 } });
  await expect(client.get("task-0001")).rejects.toMatchObject({
    code: "TIMEOUT",
    message: expect.stringContaining(url),
  });
  expect([asked, sleeps]).toEqual([2, [expect.any(Number)]]);
  await expect(createClient({ url: "http://127.0.0.1:1", clock }).get("task-0001")).rejects.toMatchObject({
    code: "NETWORK",
  });
});

test("something else than the API is told as such", async () => {
  const url = await serve([(_req, _body, res) => void res.end("<html>")]);
  await expect(createClient({ url, clock }).list()).rejects.toMatchObject({ code: "BAD_RESPONSE" });
  expect(() => createClient({ url: "my-stage" })).toThrow(ClientError);
});

test("an abort is the caller's own and stays what it is", async () => {
  const url = await serve([() => {}]);
  const reason = new Error("enough");
  await expect(createClient({ url, clock }).list({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

test("getToken is asked for each request", async () => {
  const seen: (string | undefined)[] = [];
  const url = await serve([
    (req, body, res) => {
      seen.push(req.headers.authorization);
      json(200, { v: 1, tasks: [] })(req, body, res);
    },
  ]);
  let count = 0;
  const client = createClient({ url, getToken: () => `jwt-${(count += 1)}` });
  await client.list({ limit: 5, status: "running" });
  await client.list();
  expect(seen).toEqual(["Bearer jwt-1", "Bearer jwt-2"]);
});

test("upload asks for a place, then sends the bytes there without the token", async () => {
  const puts: { authorization: string | undefined; type: string | undefined; body: string }[] = [];
  const url = await serve([
    (req, body, res) => {
      const uploadUrl = `http://${req.headers.host}/put?signature=1`;
      expect(JSON.parse(body)).toEqual({ name: "a.txt", bytes: 5, contentType: "text/plain" });
      json(201, { v: 1, documentReference: "s3://b/a.txt", uploadUrl, headers: { "content-type": "text/plain" } })(
        req,
        body,
        res,
      );
    },
    (req, body, res) => {
      puts.push({ authorization: req.headers.authorization, type: req.headers["content-type"], body });
      res.end();
    },
  ]);
  const body = new TextEncoder().encode("hello");
  await expect(
    createClient({ url, token: "t" }).upload({ name: "a.txt", body, contentType: "text/plain" }),
  ).resolves.toBe("s3://b/a.txt");
  expect(puts).toEqual([{ authorization: undefined, type: "text/plain", body: "hello" }]);
});
