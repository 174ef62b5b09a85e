import type { AIMessageChunk, UsageMetadata } from "@langchain/core/messages";
import { ChatOpenAI, OpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { type Clock, systemClock } from "../../contract/clock.ts";
import { startTestStack, type TestStack, until } from "../apigateway/testing.ts";
import { createModel, MODEL_PATH } from "./index.ts";

const stacks: TestStack[] = [];
afterEach(async () => {
  for (const stack of stacks.splice(0)) await stack[Symbol.asyncDispose]();
});

async function start(paceMs = 0, clock: Clock = systemClock) {
  const stack = await startTestStack(
    (ctx, faults) => ({ services: { model: createModel(ctx, { faults: faults.model, paceMs }) } }),
    { clock },
  );
  stacks.push(stack);
  const baseURL = stack.endpoint + MODEL_PATH;
  const fields = { apiKey: "any", maxRetries: 0, configuration: { baseURL } };
  return { ...stack, baseURL, fields, chat: new ChatOpenAI({ ...fields, model: "gpt-5", streamUsage: true }) };
}

const DOCUMENT =
  "The queue takes every task at once. A worker reads one task and calls the model. When the model refuses, the queue hands the task out again. " +
  "After three attempts the queue moves the task to the dead-letter queue. Operators redrive it once the model is well.";
const PROMPT = `Summarize in two sentences:\n\n${DOCUMENT}`;

const post = (baseURL: string, path: string, body: unknown, init: RequestInit = {}) =>
  fetch(baseURL + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...init,
  });

/** LangChain's own type of it is narrower than what a message carries. */
const usageOf = (message: object | undefined): UsageMetadata | undefined => {
  const usage: unknown = message && "usage_metadata" in message ? message.usage_metadata : undefined;
  return usage === undefined ? undefined : usageShape.parse(usage);
};
const usageShape = z.object({ input_tokens: z.number(), output_tokens: z.number(), total_tokens: z.number() });

/** The events of a stream, `[DONE]` among them. */
async function readEvents(response: Response): Promise<unknown[]> {
  const lines = (await response.text()).split("\n").filter((line) => line.startsWith("data: "));
  return lines.map((line) => (line === "data: [DONE]" ? "[DONE]" : JSON.parse(line.slice(6))));
}

describe("LangChain's chat model", () => {
  it("gets an answer with its usage, from a model that says it is offline", async () => {
    const { chat } = await start();
    const message = await chat.invoke(PROMPT);
    expect(message.text).toMatch(/^\[Offline model: /);
    expect(message.response_metadata).toMatchObject({ model_name: "offline", finish_reason: "stop" });
    const usage = usageOf(message);
    expect(usage?.input_tokens).toBeGreaterThan(50);
    expect(usage?.total_tokens).toBe((usage?.input_tokens ?? 0) + (usage?.output_tokens ?? 0));
  });

  it("streams the same answer word by word, usage at the end", async () => {
    const { chat } = await start();
    const whole = await chat.invoke(PROMPT);
    const chunks: AIMessageChunk[] = [];
    for await (const chunk of await chat.stream(PROMPT)) chunks.push(chunk);
    expect(chunks.length).toBeGreaterThan(20);
    expect(chunks.map((chunk) => chunk.text).join("")).toBe(whole.text);
    const usage = chunks.map(usageOf).filter((item) => item !== undefined);
    expect(usage).toEqual([usageOf(whole)]);
  });

  it("uses the Responses API as well, streamed or not", async () => {
    const { fields } = await start();
    const chat = new ChatOpenAI({ ...fields, model: "gpt-5", useResponsesApi: true });
    const whole = await chat.invoke(PROMPT);
    expect(whole.text).toMatch(/^\[Offline model: /);
    expect(usageOf(whole)?.output_tokens).toBeGreaterThan(10);
    let streamed: AIMessageChunk | undefined;
    for await (const chunk of await chat.stream(PROMPT)) streamed = streamed ? streamed.concat(chunk) : chunk;
    expect(streamed?.text).toBe(whole.text);
    expect(usageOf(streamed)?.output_tokens).toBe(usageOf(whole)?.output_tokens);
  });

  it("uses the older completions", async () => {
    const { fields } = await start();
    const text = await new OpenAI({ ...fields, model: "gpt-3.5-turbo-instruct" }).invoke(PROMPT);
    expect(text).toMatch(/^\[Offline model: /);
  });

  it.each(["jsonSchema", "functionCalling"] as const)(
    "gets structured output by %s that fits its schema",
    async (method) => {
      const { fields } = await start();
      const schema = z.object({
        summary: z.string(),
        tags: z.array(z.string()),
        score: z.number().min(1),
        kind: z.enum(["report", "letter"]),
      });
      const chat = new ChatOpenAI({ ...fields, model: "gpt-5" }).withStructuredOutput(schema, {
        method,
        name: "answer",
      });
      const result = await chat.invoke(PROMPT);
      expect(result).toEqual({
        summary: expect.stringMatching(/^\[Offline model/),
        tags: [],
        score: 1,
        kind: "report",
      });
    },
  );

  it("stops at a limit of tokens", async () => {
    const { fields } = await start();
    const message = await new ChatOpenAI({ ...fields, model: "gpt-5", maxTokens: 10 }).invoke(PROMPT);
    expect(message.response_metadata).toMatchObject({ finish_reason: "length" });
    expect(usageOf(message)?.output_tokens).toBeLessThanOrEqual(10);
  });
});

describe("embeddings", () => {
  it("are near for texts that share words, of length 1, and the same in floats and base64", async () => {
    const { fields, baseURL } = await start();
    const client = new OpenAIEmbeddings({ ...fields, model: "any", dimensions: 512 });
    const texts = ["The queue keeps the tasks.", "Tasks are kept in a queue.", "Soup is served on Fridays."];
    const [a = [], b = [], c = []] = await client.embedDocuments(texts);
    const dot = (x: number[], y: number[]) => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
    expect(a).toHaveLength(512);
    expect(dot(a, a)).toBeCloseTo(1, 4);
    expect(dot(a, b)).toBeGreaterThan(0.3);
    expect(dot(a, b)).toBeGreaterThan(dot(a, c) + 0.2);
    const encoded: unknown = await (
      await post(baseURL, "/embeddings", { model: "any", input: texts[0], dimensions: 512, encoding_format: "base64" })
    ).json();
    const { data } = z.object({ data: z.array(z.object({ embedding: z.string() })) }).parse(encoded);
    const bytes = Buffer.from(data[0]?.embedding ?? "", "base64");
    expect(a.map((_value, i) => bytes.readFloatLE(i * 4))).toEqual(a.map(Math.fround));
  });

  it.each([
    ["text-embedding-3-small", 1536],
    ["text-embedding-3-large", 3072],
    ["offline", 256],
  ])("of %s have %d dimensions", async (model, dimensions) => {
    const { baseURL } = await start();
    const answer: unknown = await (await post(baseURL, "/embeddings", { model, input: "a text" })).json();
    expect(answer).toMatchObject({
      object: "list",
      model: "offline",
      data: [{ index: 0, embedding: { length: dimensions } }],
      usage: { prompt_tokens: 2 },
    });
  });

  it.each([
    [{}],
    [{ input: "" }],
    [{ input: [] }],
    [{ input: "x", dimensions: 0 }],
    [{ input: "x", encoding_format: "hex" }],
  ])("refuse %j", async (body) => {
    const { baseURL } = await start();
    const response = await post(baseURL, "/embeddings", body);
    expect([response.status, await response.json()]).toMatchObject([400, { error: { type: "invalid_request_error" } }]);
  });
});

describe("the wire", () => {
  it("lists the one model", async () => {
    const { baseURL } = await start();
    expect(await (await fetch(`${baseURL}/models`)).json()).toMatchObject({
      data: [{ id: "offline", object: "model" }],
    });
    expect(await (await fetch(`${baseURL}/models/offline`)).json()).toMatchObject({ id: "offline" });
  });

  it("ends a stream with the reason, the usage where asked, and [DONE]", async () => {
    const { baseURL } = await start();
    const body = {
      messages: [{ role: "user", content: PROMPT }],
      stream: true,
      stream_options: { include_usage: true },
    };
    const response = await post(baseURL, "/chat/completions", body);
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    const events = await readEvents(response);
    expect(events[0]).toMatchObject({
      object: "chat.completion.chunk",
      model: "offline",
      choices: [{ delta: { role: "assistant" } }],
    });
    expect(events.slice(-3)).toMatchObject([
      { choices: [{ delta: {}, finish_reason: "stop" }], usage: null },
      { choices: [], usage: { total_tokens: expect.any(Number) } },
      "[DONE]",
    ]);
    const plain = await readEvents(await post(baseURL, "/chat/completions", { ...body, stream_options: undefined }));
    expect(plain.at(-2)).toMatchObject({ choices: [{ finish_reason: "stop" }] });
    expect(plain.some((event) => typeof event === "object" && event !== null && "usage" in event)).toBe(false);
  });

  it("joins text parts and stops at a stop word", async () => {
    const { baseURL } = await start();
    const content = [
      { type: "text", text: "Summarize in one sentence:" },
      { type: "image_url", image_url: { url: "x" } },
      { type: "text", text: `\n${DOCUMENT}` },
    ];
    const answer: unknown = await (
      await post(baseURL, "/chat/completions", { messages: [{ role: "user", content }], stop: ["frequency"] })
    ).json();
    expect(answer).toMatchObject({
      choices: [{ message: { content: "[Offline model: these are sentences of the text itself, picked by word " } }],
    });
  });

  it("keeps the pace it is given", async () => {
    const { baseURL } = await start(20);
    const times: number[] = [];
    const response = await post(baseURL, "/chat/completions", {
      messages: [{ role: "user", content: "Hello" }],
      stream: true,
    });
    for await (const _chunk of response.body ?? []) times.push(performance.now());
    expect(times.length).toBeGreaterThan(10);
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(20 * 10);
  });

  it.each<[string, string, unknown, number, object]>([
    ["no JSON", "/chat/completions", "{", 400, { type: "invalid_request_error" }],
    ["a list", "/chat/completions", [], 400, { type: "invalid_request_error" }],
    ["no messages", "/chat/completions", {}, 400, { param: "messages", code: "missing_required_parameter" }],
    ["empty messages", "/chat/completions", { messages: [] }, 400, { param: "messages" }],
    [
      "a message without a role",
      "/chat/completions",
      { messages: [{ content: "x" }] },
      400,
      { param: "messages[0].role" },
    ],
    [
      "content that is no text",
      "/chat/completions",
      { messages: [{ role: "user", content: 3 }] },
      400,
      { param: "messages[0].content" },
    ],
    [
      "a limit of nothing",
      "/chat/completions",
      { messages: [{ role: "user", content: "x" }], max_tokens: 0 },
      400,
      { param: "max_tokens" },
    ],
    ["a response without input", "/responses", {}, 400, { param: "input" }],
    [
      "a response to go on from",
      "/responses",
      { input: "x", previous_response_id: "resp_1" },
      400,
      { param: "previous_response_id" },
    ],
    ["a path that is not there", "/images", {}, 404, { code: "unknown_url" }],
  ])("refuses %s in OpenAI's form", async (_what, path, body, status, error) => {
    const { baseURL } = await start();
    const response = await post(baseURL, path, body);
    expect([response.status, await response.json()]).toMatchObject([
      status,
      { error: { message: expect.any(String), ...error } },
    ]);
  });

  it("stops working for a client that has gone", async () => {
    const waits = new Set<Promise<void>>();
    const clock: Clock = {
      now: systemClock.now,
      sleep(ms, signal) {
        const wait = systemClock.sleep(ms, signal);
        waits.add(wait);
        return wait.finally(() => waits.delete(wait));
      },
    };
    // A minute between two words: only the client's leaving can end the wait.
    const { port } = await start(60_000, clock);
    const req = request({ host: "127.0.0.1", port, path: `${MODEL_PATH}/chat/completions`, method: "POST" });
    req.end(JSON.stringify({ messages: [{ role: "user", content: PROMPT }], stream: true }));
    const res = await new Promise<IncomingMessage>((resolve) => req.once("response", resolve));
    await once(res, "data");
    await until("the pause after the first word", () => waits.size === 1);
    res.once("error", () => {});
    req.destroy();
    await expect(until("the end of the stream", () => waits.size === 0)).resolves.toBe(true);
  });
});

describe("faults", () => {
  it("answer 429 with Retry-After for as long as an outage lasts", async () => {
    const { chat, faults, baseURL } = await start();
    faults.set("outage");
    await expect(chat.invoke(PROMPT)).rejects.toMatchObject({ status: 429, code: "rate_limit_exceeded" });
    const response = await post(baseURL, "/chat/completions", { messages: [{ role: "user", content: "x" }] });
    expect([response.status, response.headers.get("retry-after"), await response.json()]).toMatchObject([
      429,
      "1",
      { error: { type: "rate_limit_error" } },
    ]);
    faults.set("outage=off");
    expect((await chat.invoke(PROMPT)).text).toMatch(/^\[Offline/);
  });

  it("let a client that retries through", async () => {
    const { fields, faults, events } = await start();
    faults.set("model:503=next:1");
    const message = await new ChatOpenAI({ ...fields, model: "x", maxRetries: 2 }).invoke(PROMPT);
    expect(message.text).toMatch(/^\[Offline/);
    expect(events.filter((event) => event.type === "fault")).toMatchObject([{ kind: "model:503" }]);
  });

  it("hang until the client gives up", async () => {
    const { baseURL, faults } = await start();
    faults.set("model:hang=next:1");
    const call = post(
      baseURL,
      "/chat/completions",
      { messages: [{ role: "user", content: "x" }] },
      { signal: AbortSignal.timeout(100) },
    );
    await expect(call).rejects.toMatchObject({ name: "TimeoutError" });
  });

  it("end a hanging call when the stack ends", async () => {
    const stack = await start();
    stack.faults.set("model:hang=next:1");
    const call = post(stack.baseURL, "/chat/completions", { messages: [] }).catch((error: unknown) => error);
    await until("the call", () => stack.events.some((event) => event.type === "fault"));
    await stacks.pop()?.[Symbol.asyncDispose]();
    expect(await call).toBeInstanceOf(TypeError);
  });

  it.each([true, false])("cut an answer in the middle (stream: %s)", async (stream) => {
    const { baseURL, faults } = await start();
    faults.set("model:cut=next:1");
    const response = await post(baseURL, "/chat/completions", {
      messages: [{ role: "user", content: PROMPT }],
      stream,
    });
    expect(response.status).toBe(200);
    let text = "";
    const reading = (async () => {
      for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString("utf8");
    })();
    await expect(reading).rejects.toThrow();
    expect(text).toContain("offline");
    expect(text).not.toContain("[DONE]");
  });

  it("send what is not JSON", async () => {
    const { baseURL, faults, chat } = await start();
    faults.set("model:malformed=next:3");
    const body = { messages: [{ role: "user", content: PROMPT }] };
    const whole = await post(baseURL, "/chat/completions", body);
    expect(whole.status).toBe(200);
    await expect(whole.json()).rejects.toThrow(SyntaxError);
    await expect(readEvents(await post(baseURL, "/chat/completions", { ...body, stream: true }))).rejects.toThrow(
      SyntaxError,
    );
    await expect(chat.invoke(PROMPT)).rejects.toThrow();
  });
});
