import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { Clock } from "../../contract/clock.ts";
import { createSocketApi, type SocketApi, type SocketApiOptions } from "./socket.ts";
import { inProcessHost, startTestStack, type TestFunction, type TestStack, until } from "./testing.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const ok: TestFunction = () => ({ statusCode: 200 });
const allow: TestFunction = (event) => ({
  principalId: "u1",
  policyDocument: {
    Version: "2012-10-17",
    Statement: [{ Action: "execute-api:Invoke", Effect: "Allow", Resource: event["methodArn"] }],
  },
  context: { kind: "user", level: 3, admin: true },
});

interface Started extends TestStack {
  host: ReturnType<typeof inProcessHost>;
  api: SocketApi;
  client: ApiGatewayManagementApiClient;
  url: string;
}

async function start(
  functions: Record<string, TestFunction>,
  options: Partial<SocketApiOptions> = {},
  clock?: Clock,
): Promise<Started> {
  const host = inProcessHost(functions);
  let api: SocketApi | undefined;
  const stack = await startTestStack(
    (ctx, faults) => {
      api = createSocketApi(ctx, { host, functionName: "socket", faults, ...options });
      return { apis: { socket: api } };
    },
    clock ? { clock } : {},
  );
  if (!api) throw new Error("The socket API was not made.");
  cleanups.push(() => stack[Symbol.asyncDispose]());
  const client = new ApiGatewayManagementApiClient({
    endpoint: `${stack.endpoint}/local`,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
  cleanups.push(() => client.destroy());
  return { ...stack, host, api, client, url: `ws://127.0.0.1:${stack.port}/local` };
}

/** A connected client and the text frames it gets. */
async function connect(url: string, options: { headers?: Record<string, string>; protocols?: string[] } = {}) {
  const socket = new WebSocket(url, options.protocols ?? [], { headers: options.headers ?? {} });
  const messages: string[] = [];
  socket.on("message", (data: Buffer, binary) =>
    messages.push(binary ? `binary:${data.toString("base64")}` : data.toString("utf8")),
  );
  cleanups.push(() => socket.terminate());
  await once(socket, "open");
  return { socket, messages };
}

/** What a refused client is answered. */
function refusal(url: string): Promise<{ status: number | undefined; body: unknown }> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.once("open", () => reject(new Error("The client was let in.")));
    socket.once("error", () => {});
    socket.once("unexpected-response", (_req, res) => {
      const chunks: Buffer[] = [];
      res.on("data", (chunk: Buffer) => chunks.push(chunk));
      res.once("end", () =>
        resolve({ status: res.statusCode, body: JSON.parse(Buffer.concat(chunks).toString("utf8")) }),
      );
    });
  });
}

function connectionId({ host }: Started, index = 0): string {
  const context = host.events("socket").filter((event) => !("body" in event))[index]?.["requestContext"];
  if (typeof context !== "object" || context === null || !("connectionId" in context))
    throw new Error("Nobody connected.");
  return String(context.connectionId);
}

const routeKeys = ({ host }: Started) =>
  host
    .events("socket")
    .map(({ requestContext }) =>
      typeof requestContext === "object" && requestContext !== null && "routeKey" in requestContext
        ? requestContext.routeKey
        : undefined,
    );

describe("$connect", () => {
  it("asks the authorizer with API Gateway's event, and hands its context on", async () => {
    const stack = await start({ auth: allow, socket: ok }, { authorizer: { functionName: "auth" } });
    await connect(`${stack.url}?ticket=t1&x=1&x=2`, { headers: { "X-Thing": "one" } });
    const context = {
      routeKey: "$connect",
      eventType: "CONNECT",
      extendedRequestId: expect.stringMatching(/^[\w-]{15}=$/),
      requestTime: expect.any(String),
      messageDirection: "IN",
      stage: "local",
      connectedAt: expect.any(Number),
      requestTimeEpoch: expect.any(Number),
      identity: { sourceIp: "127.0.0.1" },
      requestId: expect.any(String),
      domainName: "127.0.0.1",
      connectionId: expect.stringMatching(/^[\w-]{15}=$/),
      apiId: "local",
    };
    expect(stack.host.events("auth")[0]).toMatchObject({
      type: "REQUEST",
      methodArn: "arn:aws:execute-api:us-east-1:000000000000:local/local/$connect",
      headers: { "X-Thing": "one", Host: `127.0.0.1:${stack.port}` },
      multiValueHeaders: { "X-Thing": ["one"] },
      queryStringParameters: { ticket: "t1", x: "2" },
      multiValueQueryStringParameters: { ticket: ["t1"], x: ["1", "2"] },
      requestContext: context,
    });
    expect(stack.host.events("socket")[0]).toMatchObject({
      queryStringParameters: { ticket: "t1" },
      requestContext: { ...context, authorizer: { principalId: "u1", kind: "user", level: "3", admin: "true" } },
      isBase64Encoded: false,
    });
    const told = await until("the request event", () => stack.events.find((event) => event.type === "request"));
    expect(told).toMatchObject({ path: "/local?ticket=***&x=1&x=2", status: 101 });
  });

  const policy =
    (statements: unknown): TestFunction =>
    () => ({ principalId: "u", policyDocument: { Statement: statements } });
  it.each<[string, TestFunction, number, string]>([
    [
      "denies",
      policy([{ Action: "*", Effect: "Deny", Resource: "*" }]),
      403,
      "User is not authorized to access this resource with an explicit deny",
    ],
    [
      "allows something else",
      policy([{ Action: "*", Effect: "Allow", Resource: "arn:other" }]),
      403,
      "User is not authorized to access this resource",
    ],
    [
      "allows and denies",
      policy([
        { Action: "*", Effect: "Allow", Resource: "*" },
        { Action: "*", Effect: "Deny", Resource: "*" },
      ]),
      403,
      "User is not authorized to access this resource with an explicit deny",
    ],
    ["throws Unauthorized", () => Promise.reject(new Error("Unauthorized")), 401, "Unauthorized"],
    ["fails", () => Promise.reject(new Error("no")), 500, "Internal server error"],
    ["answers no policy", () => ({ isAuthorized: true }), 500, "Internal server error"],
  ])("is refused when the authorizer %s", async (_what, auth, status, message) => {
    const stack = await start({ auth, socket: ok }, { authorizer: { functionName: "auth" } });
    expect(await refusal(stack.url)).toEqual({
      status,
      body: { message, connectionId: expect.any(String), requestId: expect.any(String) },
    });
    expect(stack.host.events("socket")).toEqual([]);
  });

  it("is refused without the identity, before the authorizer runs", async () => {
    const identitySource = ["route.request.querystring.ticket"];
    const stack = await start({ auth: allow, socket: ok }, { authorizer: { functionName: "auth", identitySource } });
    expect(await refusal(stack.url)).toMatchObject({ status: 401 });
    expect(stack.host.events("auth")).toEqual([]);
    await connect(`${stack.url}?ticket=x`);
  });

  it.each<[string, TestFunction, number]>([
    ["answers 403", () => ({ statusCode: 403 }), 403],
    ["throws", () => Promise.reject(new Error("no")), 500],
    ["answers nothing", () => undefined, 500],
  ])("is refused when the function %s", async (_what, socket, status) => {
    const stack = await start({ socket });
    expect(await refusal(stack.url)).toMatchObject({ status });
    expect(stack.api.connections()).toBe(0);
  });

  it("passes a foreign Origin to the authorizer, whose decision it is", async () => {
    const stack = await start({ auth: allow, socket: ok }, { authorizer: { functionName: "auth" } });
    await connect(stack.url, { headers: { Origin: "https://app.example" } });
    expect(stack.host.events("auth")[0]).toMatchObject({ headers: { Origin: "https://app.example" } });
  });

  it("takes the subprotocol that the function names", async () => {
    const stack = await start({ socket: () => ({ statusCode: 200, headers: { "Sec-WebSocket-Protocol": "b" } }) });
    const { socket } = await connect(stack.url, { protocols: ["a", "b"] });
    expect(socket.protocol).toBe("b");
  });

  it("has no connection to post to before it is done", async () => {
    let answered: unknown;
    const stack: Started = await start({
      socket: async ({ requestContext }) => {
        const id =
          typeof requestContext === "object" && requestContext !== null && "connectionId" in requestContext
            ? String(requestContext.connectionId)
            : "";
        answered = await stack.client
          .send(new PostToConnectionCommand({ ConnectionId: id, Data: "early" }))
          .catch((error: unknown) => error);
        return { statusCode: 200 };
      },
    });
    await connect(stack.url);
    expect(answered).toMatchObject({ name: "GoneException", $metadata: { httpStatusCode: 410 } });
  });
});

describe("a message", () => {
  it("is routed by its action and has API Gateway's event", async () => {
    const stack = await start(
      { auth: allow, socket: ok },
      { authorizer: { functionName: "auth" }, routes: ["$connect", "$default", "subscribe"] },
    );
    const { socket } = await connect(stack.url);
    const bodies = ['{"action":"subscribe","taskId":"t"}', '{"action":"other"}', '{"action":"$connect"}', "not json"];
    for (const body of bodies) socket.send(body);
    await until("four messages", () => stack.host.events("socket").length === 5);
    const events = stack.host.events("socket").slice(1);
    expect(events.map((event) => event["body"])).toEqual(bodies);
    expect(routeKeys(stack).slice(1)).toEqual(["subscribe", "$default", "$default", "$default"]);
    expect(events[0]).toMatchObject({
      requestContext: {
        eventType: "MESSAGE",
        messageId: expect.any(String),
        messageDirection: "IN",
        connectionId: connectionId(stack),
        authorizer: { principalId: "u1" },
        identity: { sourceIp: "127.0.0.1" },
      },
      isBase64Encoded: false,
    });
    expect(events[0]).not.toHaveProperty("headers");
  });

  it("gets no answer from what the function returns, and an error when it fails", async () => {
    const stack = await start({
      socket: ({ body }) => (body === "fail" ? Promise.reject(new Error("no")) : { statusCode: 200, body: "unsent" }),
    });
    const { socket, messages } = await connect(stack.url);
    socket.send("fine");
    await until("the first message", () => stack.host.events("socket").length === 2);
    socket.send("fail");
    await until("the error", () => messages.length > 0);
    expect(messages.map((text) => JSON.parse(text))).toEqual([
      { message: "Internal server error", connectionId: connectionId(stack), requestId: expect.any(String) },
    ]);
  });

  it("is forbidden where no route takes it", async () => {
    const stack = await start({ socket: ok }, { routes: ["$connect", "subscribe"] });
    const { socket, messages } = await connect(stack.url);
    socket.send('{"action":"other"}');
    await until("the error", () => messages.length > 0);
    expect(JSON.parse(messages[0] ?? "")).toMatchObject({ message: "Forbidden" });
    expect(stack.host.events("socket")).toHaveLength(1);
  });

  it("over 32 KB in one frame closes the connection with 1009 and reaches no function", async () => {
    const stack = await start({ socket: ok });
    const { socket } = await connect(stack.url);
    const closed = once(socket, "close");
    socket.send("x".repeat(32 * 1024 + 1));
    expect((await closed)[0]).toBe(1009);
    await until("the event", () => routeKeys(stack).includes("$disconnect"));
    expect(routeKeys(stack)).toEqual(["$connect", "$disconnect"]);
  });

  it.each([
    ["of 32 KB in a frame", [32 * 1024]],
    ["of 128 KB in frames of 32 KB", [32 * 1024, 32 * 1024, 32 * 1024, 32 * 1024]],
  ])("%s is taken", async (_what, frames) => {
    const stack = await start({ socket: ok });
    const { socket } = await connect(stack.url);
    for (const [index, size] of frames.entries()) socket.send("x".repeat(size), { fin: index === frames.length - 1 });
    await until("the message", () => routeKeys(stack).includes("$default"));
    expect(socket.readyState).toBe(socket.OPEN);
  });

  it("over 128 KB in frames that are small enough closes the connection with 1009", async () => {
    const stack = await start({ socket: ok });
    const { socket } = await connect(stack.url);
    const closed = once(socket, "close");
    for (let sent = 0; sent < 4; sent += 1) socket.send("x".repeat(32 * 1024), { fin: false });
    socket.send("x", { fin: true });
    expect((await closed)[0]).toBe(1009);
  });
});

describe("$disconnect", () => {
  it("tells the code and reason once the client has left", async () => {
    const stack = await start({ socket: ok });
    const { socket } = await connect(stack.url);
    socket.close(4001, "enough");
    await until("the event", () => routeKeys(stack).includes("$disconnect"));
    expect(stack.host.events("socket")[1]).toMatchObject({
      requestContext: {
        eventType: "DISCONNECT",
        disconnectStatusCode: 4001,
        disconnectReason: "enough",
        connectionId: connectionId(stack),
      },
    });
    expect(stack.api.connections()).toBe(0);
  });

  it("comes after 10 minutes without a word, and after 2 hours whatever was said", async () => {
    let now = 0;
    const waiters: { due: number; wake(): void }[] = [];
    const clock: Clock = {
      now: () => now,
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          waiters.push({ due: now + ms, wake: resolve });
          signal?.addEventListener("abort", () => reject(new Error("Aborted.")), { once: true });
        }),
    };
    const pass = async (ms: number) => {
      now += ms;
      for (const waiter of waiters.filter(({ due }) => due <= now)) waiter.wake();
      await new Promise((resolve) => setImmediate(resolve));
    };
    const stack = await start({ socket: ok }, {}, clock);
    const idle = await connect(stack.url);
    const busy = await connect(stack.url);
    const codes: [string, number, number][] = [];
    for (const [name, { socket }] of Object.entries({ idle, busy }))
      socket.once("close", (code) => codes.push([name, code, now]));
    for (let i = 1; i <= 24; i++) {
      if (busy.socket.readyState === WebSocket.OPEN) {
        const before = stack.host.events("socket").length;
        busy.socket.send("still here");
        await until("the message", () => stack.host.events("socket").length > before);
      }
      await pass(5 * 60_000);
      if (i === 2) await until("the idle one's end", () => codes.length === 1);
    }
    await until("the other's end", () => codes.length === 2);
    expect(codes).toEqual([
      ["idle", 1001, 10 * 60_000],
      ["busy", 1001, 2 * 3_600_000],
    ]);
  });
});

describe("@connections", () => {
  it("posts, describes and deletes a connection for the SDK", async () => {
    const stack = await start({ socket: ok });
    const { socket, messages } = await connect(stack.url, { headers: { "User-Agent": "tester" } });
    const id = connectionId(stack);
    await stack.client.send(new PostToConnectionCommand({ ConnectionId: id, Data: JSON.stringify({ a: "ä" }) }));
    await stack.client.send(new PostToConnectionCommand({ ConnectionId: id, Data: new Uint8Array([0xff, 0xfe]) }));
    await until("the messages", () => messages.length === 2);
    expect(messages).toEqual(['{"a":"ä"}', "binary://4="]);
    const info = await stack.client.send(new GetConnectionCommand({ ConnectionId: id }));
    expect(info).toMatchObject({
      Identity: { SourceIp: "127.0.0.1", UserAgent: "tester" },
      ConnectedAt: expect.any(Date),
      LastActiveAt: expect.any(Date),
    });
    const closed = once(socket, "close");
    const { $metadata } = await stack.client.send(new DeleteConnectionCommand({ ConnectionId: id }));
    expect($metadata.httpStatusCode).toBe(204);
    await expect(stack.client.send(new PostToConnectionCommand({ ConnectionId: id, Data: "x" }))).rejects.toMatchObject(
      { name: "GoneException" },
    );
    expect((await closed)[0]).toBe(1000);
  });

  it("works with and without a stage in the path", async () => {
    const stack = await start({ socket: ok });
    const { messages } = await connect(stack.url);
    const authorization =
      "AWS4-HMAC-SHA256 Credential=test/20261124/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=x";
    for (const path of ["", "/local", "/_aws/execute-api/local/local"]) {
      const url = `${stack.endpoint}${path}/@connections/${encodeURIComponent(connectionId(stack))}`;
      expect((await fetch(url, { method: "POST", body: path, headers: { authorization } })).status).toBe(200);
    }
    await until("the messages", () => messages.length === 3);
    const unsigned = await fetch(`${stack.endpoint}/@connections/x`, { method: "POST" });
    expect([unsigned.status, await unsigned.json()]).toEqual([403, { message: "Missing Authentication Token" }]);
  });

  it.each([
    ["gone", "AAAAAAAAAAAAAAA=", "x", "GoneException", 410],
    ["not an id", "a b", "x", "BadRequestException", 400],
  ])("answers an id that is %s as AWS does", async (_what, id, data, name, status) => {
    const stack = await start({ socket: ok });
    await expect(
      stack.client.send(new PostToConnectionCommand({ ConnectionId: id, Data: data })),
    ).rejects.toMatchObject({
      name,
      $metadata: { httpStatusCode: status },
    });
  });

  it("refuses a message over 128 KB", async () => {
    const stack = await start({ socket: ok });
    const { messages } = await connect(stack.url);
    const post = (size: number) =>
      stack.client.send(new PostToConnectionCommand({ ConnectionId: connectionId(stack), Data: "x".repeat(size) }));
    await post(128 * 1024);
    await expect(post(128 * 1024 + 1)).rejects.toMatchObject({
      name: "PayloadTooLargeException",
      $metadata: { httpStatusCode: 413 },
    });
    await until("the message", () => messages[0]?.length === 128 * 1024);
  });

  it("cuts a client off when the fault says it is gone", async () => {
    const stack = await start({ socket: ok });
    const { socket } = await connect(stack.url);
    stack.faults.set("ws:gone=next:1");
    const closed = once(socket, "close");
    await expect(
      stack.client.send(new PostToConnectionCommand({ ConnectionId: connectionId(stack), Data: "x" })),
    ).rejects.toMatchObject({ name: "GoneException" });
    expect((await closed)[0]).toBe(1006);
    await until("the event", () => routeKeys(stack).includes("$disconnect"));
  });
});

it("tells its clients when the stack ends, and runs nothing any more", async () => {
  const stack = await start({ socket: ok });
  const { socket } = await connect(stack.url);
  const closed = once(socket, "close");
  await stack.api.close();
  expect((await closed)[0]).toBe(1001);
  expect(routeKeys(stack)).toEqual(["$connect"]);
});
