import { LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ModelError } from "./model-error.ts";
import { model } from "./model.ts";

/* An independent OpenAI-compatible server: what it says of the protocol is not our own opinion of it. */
const server = new LLMock({ port: 0 });
const answer = "A dead-letter queue keeps what could not be done.";

beforeAll(async () => {
  server.onMessage("whole", { content: answer });
  server.onMessage("limited", {
    error: { message: "Rate limit reached", type: "rate_limit_error" },
    status: 429,
    retryAfter: 7,
  });
  server.onMessage("refused", { error: { message: "Incorrect API key", type: "invalid_request_error" }, status: 401 });
  server.onMessage("cut", { content: answer.repeat(20) }, { chunkSize: 10, truncateAfterChunks: 4 });
  await server.start();
});
afterAll(() => server.stop());

const ours = () => model({ baseURL: `${server.url}/v1`, apiKey: "test", model: "gpt-4o" });

async function text(prompt: string): Promise<string> {
  let all = "";
  for await (const delta of ours().stream(prompt)) all += delta;
  return all;
}

test("a stream is the whole answer", async () => {
  expect(await text("whole")).toBe(answer);
});

test("an answer in one piece is the same", async () => {
  expect(await ours().complete("whole")).toMatchObject({ text: answer, offline: false });
});

test("a rate limit is told with its status and the wait it asks for", async () => {
  await expect(text("limited")).rejects.toMatchObject({ name: "ModelError", status: 429, retryAfterMs: 7000 });
});

test("a refused key is told with its status", async () => {
  await expect(text("refused")).rejects.toMatchObject({ name: "ModelError", status: 401 });
});

test("a stream that is cut is an error, and not a short answer", async () => {
  await expect(text("cut")).rejects.toBeInstanceOf(ModelError);
});
