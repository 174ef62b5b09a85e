import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { model, type ModelOptions } from "./model.ts";
import { ModelError } from "./model-error.ts";
import type { ModelUsage } from "./usage.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A model's endpoint that answers as the test says. */
async function endpoint(answer: (...args: Parameters<RequestListener>) => unknown, options: ModelOptions = {}) {
  const server = createServer((request, response) => void answer(request, response));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return model({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey: "key", model: "gpt-4o", ...options });
}

const chunk = (content: string, more: object = {}) =>
  `data: ${JSON.stringify({ model: "gpt-4o-2024-08-06", choices: [{ index: 0, delta: { content }, finish_reason: null, ...more }] })}\n\n`;
const USAGE = `data: ${JSON.stringify({ model: "gpt-4o-2024-08-06", choices: [], usage: { prompt_tokens: 7, completion_tokens: 3 } })}\r\n\r\n`;

async function collect(stream: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const delta of stream) text += delta;
  return text;
}
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let body = "";
  for await (const part of request) body += String(part);
  return JSON.parse(body);
}
async function failure(work: Promise<unknown>): Promise<ModelError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ModelError)) throw new Error(`No ModelError but ${String(error)}`);
  return error;
}

describe("a stream", () => {
  it("yields its deltas, however the bytes are cut, and its usage after", async () => {
    const counted: ModelUsage[] = [];
    let asked: unknown;
    const bytes = Buffer.from(
      `: comment\n\n${chunk("Grüße ")}${chunk("🎉", { finish_reason: "stop" })}${USAGE}data: [DONE]\n\n`,
    );
    const client = await endpoint(
      async (request, response) => {
        asked = await bodyOf(request);
        response.writeHead(200, { "content-type": "text/event-stream" });
        for (const byte of bytes) {
          response.write(Buffer.from([byte]));
          if (byte === 10) await new Promise((resolve) => setImmediate(resolve));
        }
        response.end();
      },
      { onUsage: (usage) => counted.push(usage) },
    );
    const stream = client.stream("Hello");
    expect(await collect(stream)).toBe("Grüße 🎉");
    expect(stream.text).toBe("Grüße 🎉");
    expect(stream.usage).toEqual({ model: "gpt-4o-2024-08-06", inputTokens: 7, outputTokens: 3 });
    expect(counted).toEqual([stream.usage]);
    expect(stream.offline).toBe(false);
    expect(asked).toEqual({
      model: "gpt-4o",
      messages: [{ role: "user", content: "Hello" }],
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it.each([
    [
      "is cut off between two chunks",
      (_: unknown, response: { end(data: string): void }) => response.end(chunk("Half")),
      "truncated",
    ],
    ["is no JSON", (_: unknown, response: { end(data: string): void }) => response.end("data: {oops\n\n"), "malformed"],
    [
      "turns into an error",
      (_: unknown, response: { end(data: string): void }) =>
        response.end(`${chunk("Half")}data: {"error":{"message":"Overloaded","code":"overloaded"}}\n\n`),
      "overloaded",
    ],
  ])("fails when it %s", async (_name, answer, code) => {
    const client = await endpoint(answer);
    expect((await failure(collect(client.stream("x")))).code).toBe(code);
  });

  it("fails when the connection breaks in the middle", async () => {
    const client = await endpoint((_request, response) => {
      response.write(chunk("Half"), () => response.destroy());
    });
    const stream = client.stream("x");
    expect((await failure(collect(stream))).code).toBe("network");
    expect(stream.text).toBe("Half");
  });

  it("fails when the model falls silent", async () => {
    const client = await endpoint((_request, response) => void response.write(chunk("Half")), { idleTimeoutMs: 50 });
    expect((await failure(collect(client.stream("x")))).code).toBe("timeout");
  });

  it("ends with the signal's reason, and so does the request", async () => {
    const controller = new AbortController();
    const closed = Promise.withResolvers<void>();
    const client = await endpoint(
      (_request, response) => {
        response.on("close", () => closed.resolve());
        response.write(chunk("Half"));
      },
      { signal: controller.signal },
    );
    const reason = new Error("Enough.");
    const reading = (async () => {
      for await (const _ of client.stream("x")) controller.abort(reason);
    })();
    await expect(reading).rejects.toBe(reason);
    await closed.promise;
  });

  it("says that the offline model answered", async () => {
    const client = await endpoint((_request, response) =>
      response.end(`data: {"model":"offline","choices":[{"delta":{"content":"x"},"finish_reason":"stop"}]}\n\n`),
    );
    const stream = client.stream("x");
    await collect(stream);
    expect(stream.offline).toBe(true);
  });
});

describe("a refusal", () => {
  it("carries status, code, message and the wait that is asked for; nothing is retried", async () => {
    let calls = 0;
    const client = await endpoint((_request, response) => {
      calls += 1;
      response
        .writeHead(429, { "retry-after": "3" })
        .end('{"error":{"message":"Slow down","code":"rate_limit_exceeded"}}');
    });
    const error = await failure(client.complete("x"));
    expect(error).toMatchObject({
      status: 429,
      code: "rate_limit_exceeded",
      message: "Slow down",
      retryAfterMs: 3_000,
    });
    expect(calls).toBe(1);
  });

  it("that is no JSON still has its status", async () => {
    const client = await endpoint((_request, response) => response.writeHead(502).end("<html>"));
    expect(await failure(collect(client.stream("x")))).toMatchObject({
      status: 502,
      message: "The model answered 502 Bad Gateway",
    });
  });

  it("does not follow a redirect with the key", async () => {
    const client = await endpoint((_request, response) =>
      response.writeHead(307, { location: "http://127.0.0.1:1/" }).end(),
    );
    expect((await failure(client.complete("x"))).code).toBe("network");
  });
});

it("completes", async () => {
  const client = await endpoint((_request, response) =>
    response.end(
      '{"model":"gpt-4o","choices":[{"message":{"content":"Yes."}}],"usage":{"prompt_tokens":1,"completion_tokens":2}}',
    ),
  );
  expect(await client.complete([{ role: "system", content: "Be brief." }])).toEqual({
    text: "Yes.",
    offline: false,
    usage: { model: "gpt-4o", inputTokens: 1, outputTokens: 2 },
  });
});

it("embeds in the order of the texts", async () => {
  const client = await endpoint((_request, response) =>
    response.end(
      '{"model":"e","data":[{"index":1,"embedding":[3,4]},{"index":0,"embedding":[1,2]}],"usage":{"prompt_tokens":2}}',
    ),
  );
  expect(await client.embed(["a", "b"])).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect((await failure(client.embed(["a", "b", "c"]))).code).toBe("malformed");
});

it("says what to set when no model is configured", async () => {
  const error = await failure(model({ baseURL: "https://api.openai.com/v1", apiKey: "" }).complete("x"));
  expect(error).toMatchObject({ status: 401, code: "no_api_key" });
});
