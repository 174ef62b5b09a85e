import { member } from "../../contract/json.ts";
import { ModelError } from "./model-error.ts";
import { isOffline } from "./prices.ts";
import { post, type Endpoint } from "./request.ts";
import { readServerSentEvents } from "./sse.ts";
import type { ModelUsage } from "./usage.ts";

export interface ChatMessage {
  role: "system" | "user" | "assistant";
  content: string;
}

export interface ModelOptions {
  /** Default: `OPENAI_BASE_URL`, else OpenAI's. */
  baseURL?: string;
  /** Default: `OPENAI_API_KEY`. */
  apiKey?: string;
  /** Default: `OPENAI_MODEL`, else `gpt-5-mini`. */
  model?: string;
  /** Default for `embed`: `OPENAI_EMBEDDING_MODEL`, else `text-embedding-3-small`. */
  embeddingModel?: string;
  /** Ends every call. */
  signal?: AbortSignal;
  /** Longest silence of the model in milliseconds. Default 60,000. */
  idleTimeoutMs?: number;
  /** Told of every call's tokens. */
  onUsage?: (usage: ModelUsage) => void;
  fetch?: typeof fetch;
}

export interface CallOptions {
  signal?: AbortSignal;
  model?: string;
  temperature?: number;
  maxTokens?: number;
}

export interface Completion {
  text: string;
  usage?: ModelUsage;
  /** The offline model of the local stack answered. */
  offline: boolean;
}

/** The deltas of an answer; iterate it once. What it used is known when it has ended. */
export interface ModelStream extends AsyncIterable<string> {
  readonly text: string;
  readonly usage: ModelUsage | undefined;
  readonly offline: boolean;
}

export interface Model {
  /** @throws ModelError while iterating: refused, silent, cut off, malformed. */
  stream(messages: ChatMessage[] | string, options?: CallOptions): ModelStream;
  /** @throws ModelError */
  complete(messages: ChatMessage[] | string, options?: CallOptions): Promise<Completion>;
  /** One vector a text, in order. @throws ModelError */
  embed(texts: string[], options?: Pick<CallOptions, "signal" | "model">): Promise<number[][]>;
}

const DEFAULT_BASE_URL = "https://api.openai.com/v1";
const DEFAULT_MODEL = "gpt-5-mini";
const DEFAULT_EMBEDDING_MODEL = "text-embedding-3-small";

/**
 * Any model behind an OpenAI-compatible endpoint, by `fetch` alone. Retries nothing itself: the queue does.
 * @example for await (const delta of model().stream("Say hello.")) process.stdout.write(delta);
 */
export function model(options: ModelOptions = {}): Model {
  const env = process.env;
  const baseURL = options.baseURL ?? env["OPENAI_BASE_URL"] ?? DEFAULT_BASE_URL;
  const name = options.model ?? env["OPENAI_MODEL"] ?? DEFAULT_MODEL;
  const signalOf = (call?: AbortSignal) => {
    const signals = [options.signal, call].filter((signal) => signal !== undefined);
    return signals.length > 1 ? AbortSignal.any(signals) : signals[0];
  };
  const endpoint = (): Endpoint => {
    const apiKey = options.apiKey ?? process.env["OPENAI_API_KEY"] ?? "";
    if (!apiKey && baseURL === DEFAULT_BASE_URL) {
      throw new ModelError(
        "No model is configured: the secret OPENAI_API_KEY is not set and OPENAI_BASE_URL names no other endpoint.",
        {
          status: 401,
          code: "no_api_key",
        },
      );
    }
    return { baseURL, apiKey, fetch: options.fetch ?? fetch, idleTimeoutMs: options.idleTimeoutMs ?? 60_000 };
  };
  const payload = (messages: ChatMessage[] | string, call: CallOptions) => ({
    model: call.model ?? name,
    messages: typeof messages === "string" ? [{ role: "user", content: messages }] : messages,
    ...(call.temperature === undefined ? {} : { temperature: call.temperature }),
    ...(call.maxTokens === undefined ? {} : { max_completion_tokens: call.maxTokens }),
  });
  const count = (asked: string, body: Body): ModelUsage | undefined => {
    if (!body.usage) return undefined;
    const usage = { model: body.model ?? asked, ...body.usage };
    options.onUsage?.(usage);
    return usage;
  };

  function stream(messages: ChatMessage[] | string, call: CallOptions = {}): ModelStream {
    const asked = call.model ?? name;
    const state = { text: "", usage: undefined as ModelUsage | undefined, offline: false };
    async function* deltas() {
      const request = { ...payload(messages, call), stream: true, stream_options: { include_usage: true } };
      const { body, fault } = await post(endpoint(), "chat/completions", request, signalOf(call.signal));
      let finished = false;
      for await (const data of readServerSentEvents(body)) {
        if (data === "[DONE]") {
          finished = true;
          break;
        }
        const chunk = parseBody(data, fault);
        if (chunk.model) state.offline ||= isOffline(chunk.model);
        if (chunk.usage) state.usage = count(asked, chunk) ?? state.usage;
        if (chunk.finishReason) finished = true;
        if (chunk.delta) {
          state.text += chunk.delta;
          yield chunk.delta;
        }
      }
      if (!finished) throw new ModelError(`The model's answer was cut off${fault}.`, { code: "truncated" });
    }
    return {
      [Symbol.asyncIterator]: () => deltas(),
      get text() {
        return state.text;
      },
      get usage() {
        return state.usage;
      },
      get offline() {
        return state.offline;
      },
    };
  }

  async function complete(messages: ChatMessage[] | string, call: CallOptions = {}): Promise<Completion> {
    const asked = call.model ?? name;
    const { json } = await post(endpoint(), "chat/completions", payload(messages, call), signalOf(call.signal));
    const body = readBody(await json());
    if (body.content === undefined) throw new ModelError("The model's answer has no text.", { code: "malformed" });
    const usage = count(asked, body);
    return { text: body.content, offline: isOffline(body.model ?? ""), ...(usage ? { usage } : {}) };
  }

  async function embed(texts: string[], call: Pick<CallOptions, "signal" | "model"> = {}): Promise<number[][]> {
    const asked =
      call.model ?? options.embeddingModel ?? process.env["OPENAI_EMBEDDING_MODEL"] ?? DEFAULT_EMBEDDING_MODEL;
    const request = { model: asked, input: texts, encoding_format: "float" };
    const { json } = await post(endpoint(), "embeddings", request, signalOf(call.signal));
    const body = await json();
    const vectors = readVectors(body);
    if (vectors.length !== texts.length)
      throw new ModelError(`The model embedded ${vectors.length} of ${texts.length} texts.`, { code: "malformed" });
    count(asked, readBody(body));
    return vectors;
  }

  return { stream, complete, embed };
}

/** The few members that are read of an answer or one of its chunks. */
interface Body {
  model?: string;
  delta?: string;
  content?: string;
  finishReason?: string;
  usage?: { inputTokens: number; outputTokens: number };
}

function parseBody(data: string, fault: string): Body {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    throw new ModelError(`The model streamed something that is not JSON${fault}.`, { code: "malformed" });
  }
  return readBody(value);
}

function readBody(value: unknown): Body {
  const error = member(value, "error");
  if (error !== undefined && error !== null) {
    const code = text(member(error, "code"));
    throw new ModelError(text(member(error, "message")) ?? "The model failed in mid-answer.", { code });
  }
  const choices = member(value, "choices");
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
  const usage = member(value, "usage");
  const out: Body = {};
  set(out, "model", text(member(value, "model")));
  set(out, "delta", text(member(member(choice, "delta"), "content")));
  set(out, "content", text(member(member(choice, "message"), "content")));
  set(out, "finishReason", text(member(choice, "finish_reason")));
  if (typeof usage === "object" && usage !== null) {
    out.usage = {
      inputTokens: number(member(usage, "prompt_tokens")),
      outputTokens: number(member(usage, "completion_tokens")),
    };
  }
  return out;
}

function readVectors(value: unknown): number[][] {
  const data = member(value, "data");
  if (!Array.isArray(data)) throw new ModelError("The model's answer has no embeddings.", { code: "malformed" });
  const entries = data.map((entry: unknown, index) => ({
    at: number(member(entry, "index"), index),
    vector: member(entry, "embedding"),
  }));
  return entries
    .toSorted((a, b) => a.at - b.at)
    .map(({ vector }) => {
      if (!Array.isArray(vector)) throw new ModelError("The model's answer has no embeddings.", { code: "malformed" });
      return vector.map((part: unknown) => number(part));
    });
}

function set(body: Body, name: "model" | "delta" | "content" | "finishReason", value: string | undefined): void {
  if (value !== undefined) body[name] = value;
}
const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const number = (value: unknown, otherwise = 0): number =>
  typeof value === "number" && Number.isFinite(value) ? value : otherwise;
