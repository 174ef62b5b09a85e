import { request } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import type { Clock } from "../../contract/clock.ts";
import { AwsError } from "../context.ts";
import { createHttpApi, type HttpApiOptions } from "./http.ts";
import { inProcessHost, startTestStack, type TestFunction, type TestStack, until } from "./testing.ts";

const stacks: TestStack[] = [];
afterEach(async () => {
  for (const stack of stacks.splice(0)) await stack[Symbol.asyncDispose]();
});

async function start(functions: Record<string, TestFunction>, options: Partial<HttpApiOptions> = {}, clock?: Clock) {
  const host = inProcessHost(functions);
  const routes = [
    { method: "POST", path: "/tasks", functionName: "api" },
    { method: "GET", path: "/tasks/{taskId}", functionName: "api" },
  ];
  const stack = await startTestStack(
    (ctx) => ({ apis: { http: createHttpApi(ctx, { host, routes, ...options }) } }),
    clock ? { clock } : {},
  );
  stacks.push(stack);
  return { ...stack, host };
}

const ok: TestFunction = () => ({ statusCode: 200, body: "fine" });

describe("the event of the HTTP API", () => {
  it("has payload format 2.0", async () => {
    const { endpoint, host, port } = await start({ api: ok });
    await fetch(`${endpoint}/tasks/a%20b?x=1&x=2&y=%C3%A4`, {
      headers: { "X-Thing": "one", cookie: "a=1; b=2", "user-agent": "test" },
    });
    expect(host.events("api")[0]).toMatchObject({
      version: "2.0",
      routeKey: "GET /tasks/{taskId}",
      rawPath: "/tasks/a b",
      rawQueryString: "x=1&x=2&y=%C3%A4",
      cookies: ["a=1", "b=2"],
      headers: {
        "x-thing": "one",
        host: `127.0.0.1:${port}`,
        "x-forwarded-proto": "http",
        "x-amzn-trace-id": expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
      },
      queryStringParameters: { x: "1,2", y: "ä" },
      pathParameters: { taskId: "a b" },
      requestContext: {
        accountId: "000000000000",
        apiId: "local",
        domainName: "127.0.0.1",
        http: { method: "GET", path: "/tasks/a b", protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "test" },
        requestId: expect.stringMatching(/^[\w-]{15}=$/),
        routeKey: "GET /tasks/{taskId}",
        stage: "$default",
        time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        timeEpoch: expect.any(Number),
      },
      isBase64Encoded: false,
    });
    expect(host.events("api")[0]).not.toHaveProperty("body");
    expect(host.events("api")[0]).not.toHaveProperty("headers.cookie");
  });

  it("joins repeated headers by a comma", async () => {
    const { port, host } = await start({ api: ok });
    await new Promise<void>((resolve, reject) => {
      request({ host: "127.0.0.1", port, path: "/tasks/a1", headers: { "x-many": ["one", "two"] } }, (res) =>
        res.resume().once("end", resolve),
      )
        .once("error", reject)
        .end();
    });
    expect(host.events("api")[0]).toMatchObject({ headers: { "x-many": "one,two" } });
  });

  it.each([
    ["application/json", "{}", false],
    ["text/plain; charset=utf-8", "{}", false],
    ["application/problem+json", "{}", false],
    // What curl -d sends when told nothing else.
    ["application/x-www-form-urlencoded", "e30=", true],
    ["application/octet-stream", "e30=", true],
  ])("hands on a body of %s as %s", async (type, body, isBase64Encoded) => {
    const { endpoint, host } = await start({ api: ok });
    await fetch(`${endpoint}/tasks`, { method: "POST", body: "{}", headers: { "content-type": type } });
    expect(host.events("api")[0]).toMatchObject({ body, isBase64Encoded });
  });
});

describe("the answer of the HTTP API", () => {
  it.each<[string, unknown, number, string, string]>([
    [
      "a response",
      { statusCode: 202, headers: { "Content-Type": "application/json" }, body: '{"a":1}' },
      202,
      "application/json",
      '{"a":1}',
    ],
    ["a response without a type", { statusCode: 200, body: "x" }, 200, "text/plain; charset=utf-8", "x"],
    ["an object without a status", { a: 1 }, 200, "application/json", '{"a":1}'],
    ["a string", "hello", 200, "application/json", "hello"],
    ["nothing", undefined, 200, "application/json", "null"],
    ["base64", { statusCode: 200, body: "aGk=", isBase64Encoded: true }, 200, "text/plain; charset=utf-8", "hi"],
    ["a status that is text", { statusCode: "404", body: "no" }, 404, "text/plain; charset=utf-8", "no"],
  ])("maps %s", async (_what, result, status, type, body) => {
    const { endpoint } = await start({ api: () => result });
    const response = await fetch(`${endpoint}/tasks/a1`);
    expect([response.status, response.headers.get("content-type"), await response.text()]).toEqual([
      status,
      type,
      body,
    ]);
    expect(response.headers.get("apigw-requestid")).toMatch(/^[\w-]{15}=$/);
  });

  it("sends each cookie as a header of its own", async () => {
    const { endpoint } = await start({ api: () => ({ statusCode: 200, cookies: ["a=1; Path=/", "b=2"] }) });
    const response = await fetch(`${endpoint}/tasks/a1`);
    expect(response.headers.getSetCookie()).toEqual(["a=1; Path=/", "b=2"]);
  });

  it.each<[string, TestFunction, number, string]>([
    ["throws", () => Promise.reject(new Error("no")), 500, "Internal Server Error"],
    ["answers no status", () => ({ statusCode: "soon" }), 500, "Internal Server Error"],
    ["answers a body that is no text", () => ({ statusCode: 200, body: { a: 1 } }), 500, "Internal Server Error"],
    [
      "answers a header over two lines",
      () => ({ statusCode: 200, headers: { a: "b\r\nc: d" } }),
      500,
      "Internal Server Error",
    ],
    [
      "is throttled",
      () => Promise.reject(new AwsError("TooManyRequestsException", "Rate exceeded", { status: 429 })),
      503,
      "Service Unavailable",
    ],
  ])("is AWS's own when the function %s", async (_what, api, status, message) => {
    const { endpoint } = await start({ api });
    const response = await fetch(`${endpoint}/tasks/a1`);
    expect([response.status, await response.json()]).toEqual([status, { message }]);
  });

  it("is 404 for a route that is not there", async () => {
    const { endpoint } = await start({ api: ok });
    const response = await fetch(`${endpoint}/other`);
    expect([response.status, await response.json()]).toEqual([404, { message: "Not Found" }]);
  });

  it("is 413 for a body over 10 MB", async () => {
    const { endpoint, host } = await start({ api: ok });
    const response = await fetch(`${endpoint}/tasks`, { method: "POST", body: Buffer.alloc(10 * 1024 * 1024 + 1) });
    expect([response.status, await response.json()]).toEqual([413, { message: "Request Entity Too Large" }]);
    expect(host.events("api")).toEqual([]);
  });

  it("is 503 after 30 seconds, and the function runs on", async () => {
    let passed = 0;
    const clock: Clock = { now: Date.now, sleep: async (ms) => void (passed += ms) };
    const { endpoint } = await start({ api: () => new Promise(() => {}) }, {}, clock);
    const response = await fetch(`${endpoint}/tasks/a1`);
    expect([response.status, await response.json()]).toEqual([503, { message: "Service Unavailable" }]);
    expect(passed).toBe(30_000);
  });

  it("is told as an event, without what is secret in the query", async () => {
    const { endpoint, events } = await start({ api: ok });
    await fetch(`${endpoint}/tasks/a1?ticket=abc&limit=3&access%5Ftoken=def`);
    const told = await until("the request event", () => events.find((event) => event.type === "request"));
    expect(told).toMatchObject({ method: "GET", path: "/tasks/a1?ticket=***&limit=3&access%5Ftoken=***", status: 200 });
  });
});

describe("the authorizer of the HTTP API", () => {
  const authorizer = { functionName: "auth", identitySource: ["$request.header.Authorization"], cacheSeconds: 0 };
  const call = (endpoint: string, token?: string) =>
    fetch(`${endpoint}/tasks/a1`, token ? { headers: { authorization: token } } : {});

  it("hands its context to the function", async () => {
    const auth: TestFunction = () => ({ isAuthorized: true, context: { userId: "u1", admin: true } });
    const { endpoint, host } = await start({ api: ok, auth }, { authorizer });
    expect((await call(endpoint, "Bearer x")).status).toBe(200);
    expect(host.events("auth")[0]).toMatchObject({
      version: "2.0",
      type: "REQUEST",
      routeArn: "arn:aws:execute-api:us-east-1:000000000000:local/$default/GET/tasks/{taskId}",
      identitySource: ["Bearer x"],
      headers: { authorization: "Bearer x" },
    });
    expect(host.events("auth")[0]).not.toHaveProperty("body");
    expect(host.events("api")[0]).toMatchObject({
      requestContext: { authorizer: { lambda: { userId: "u1", admin: true } } },
    });
  });

  it.each<[string, TestFunction, number, string]>([
    ["denies", () => ({ isAuthorized: false }), 403, "Forbidden"],
    ["throws", () => Promise.reject(new Error("no")), 500, "Internal Server Error"],
    ["answers something else", () => ({ ok: true }), 500, "Internal Server Error"],
  ])("that %s lets nobody in", async (_what, auth, status, message) => {
    const { endpoint, host } = await start({ api: ok, auth }, { authorizer });
    const response = await call(endpoint, "Bearer x");
    expect([response.status, await response.json()]).toEqual([status, { message }]);
    expect(host.events("api")).toEqual([]);
  });

  it("is not asked without an identity", async () => {
    const { endpoint, host } = await start({ api: ok, auth: () => ({ isAuthorized: true }) }, { authorizer });
    const response = await call(endpoint);
    expect([response.status, await response.json()]).toEqual([401, { message: "Unauthorized" }]);
    expect(host.events("auth")).toEqual([]);
  });

  it("is asked once an identity within the cache's time", async () => {
    let now = 1_000;
    const clock: Clock = { now: () => now, sleep: () => new Promise(() => {}) };
    const { endpoint, host } = await start(
      { api: ok, auth: () => ({ isAuthorized: true }) },
      { authorizer: { ...authorizer, cacheSeconds: 60 } },
      clock,
    );
    for (const token of ["a", "a", "b", "a"]) expect((await call(endpoint, token)).status).toBe(200);
    expect(host.events("auth")).toHaveLength(2);
    now += 60_001;
    await call(endpoint, "a");
    expect(host.events("auth")).toHaveLength(3);
  });
});

describe("CORS of the HTTP API", () => {
  const cors = {
    allowOrigins: ["https://app.example"],
    allowMethods: ["GET", "POST"],
    allowHeaders: ["authorization"],
    maxAge: 60,
  };
  const preflight = (endpoint: string, origin: string) =>
    fetch(`${endpoint}/tasks`, { method: "OPTIONS", headers: { origin, "access-control-request-method": "POST" } });

  it("answers a preflight itself, before the authorizer", async () => {
    const { endpoint, host } = await start(
      { api: ok },
      { cors, authorizer: { functionName: "auth", identitySource: [] } },
    );
    const response = await preflight(endpoint, "https://app.example");
    expect(response.status).toBe(204);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "access-control-allow-origin": "https://app.example",
      "access-control-allow-methods": "GET,POST",
      "access-control-allow-headers": "authorization",
      "access-control-max-age": "60",
    });
    expect(host.events("api")).toEqual([]);
  });

  it("gives another origin nothing", async () => {
    const { endpoint } = await start({ api: ok }, { cors });
    const response = await preflight(endpoint, "https://evil.example");
    expect([response.status, response.headers.get("access-control-allow-origin")]).toEqual([204, null]);
  });

  it("replaces the function's own headers", async () => {
    const api: TestFunction = () => ({ statusCode: 200, headers: { "Access-Control-Allow-Origin": "*" } });
    const { endpoint } = await start({ api }, { cors });
    const get = (origin: string) => fetch(`${endpoint}/tasks/a1`, { headers: { origin } });
    expect((await get("https://app.example")).headers.get("access-control-allow-origin")).toBe("https://app.example");
    expect((await get("https://evil.example")).headers.get("access-control-allow-origin")).toBeNull();
  });
});
