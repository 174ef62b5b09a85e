import { AwsError, type LocalContext } from "../context.ts";
import type { Exchange, Service } from "../exchange.ts";
import type { ModelFault } from "../faults/index.ts";
import { OFFLINE_MODEL } from "./answer.ts";
import { chatAnswer, chatStream, textAnswer, textStream } from "./chat.ts";
import { complete } from "./complete.ts";
import { embeddingsAnswer } from "./embeddings.ts";
import { faultError, OpenAiError } from "./openai-error.ts";
import { hang, sendAnswer, sendError, sendStream, type Spoil, type StreamEvent } from "./reply.ts";
import { type ModelRequest, parseBody, readChat, readCompletion, readResponse } from "./request.ts";
import { responseAnswer, responseStream } from "./responses.ts";

/** Where the model answers, under the stack's endpoint: the base URL of OpenAI clients. */
export const MODEL_PATH = "/_ai-pipeline/model/v1";

export interface ModelOptions {
  /** Asked once per call. */
  faults?: () => ModelFault | undefined;
  /** Milliseconds between two words of a stream. Default 8: slow enough to see, fast enough not to wait. */
  paceMs?: number;
}

/** What a call answers: whole, or as the events of a stream. */
interface Answer {
  stream: boolean;
  whole(): unknown;
  events(): StreamEvent[];
  /** Ends with `[DONE]`. */
  done: boolean;
}

/**
 * The offline model: OpenAI's `chat/completions`, `completions`, `responses`, `embeddings` and `models`, answered
 * without any model. It takes any key and any model name, and always calls itself `offline`.
 */
export function createModel(ctx: LocalContext, options: ModelOptions = {}): Service {
  const closing = new AbortController();
  const paceMs = options.paceMs ?? 8;

  const call = async (exchange: Exchange, read: (body: Record<string, unknown>, created: number) => Answer) => {
    const body = await exchange.body();
    const fault = options.faults?.();
    if (fault?.kind === "hang") return hang(exchange, closing.signal);
    if (fault?.kind === "status") throw faultError(fault.status, fault.retryAfter);
    const spoil: Spoil = fault?.kind;
    const answer = read(parseBody(body), Math.floor(ctx.clock.now() / 1000));
    if (!answer.stream) return sendAnswer(exchange, answer.whole(), spoil);
    await sendStream(exchange, answer.events(), { clock: ctx.clock, paceMs, spoil, done: answer.done });
  };

  const card = { id: OFFLINE_MODEL, object: "model", created: 0, owned_by: "ai-pipeline" };
  const routes: Record<string, (exchange: Exchange) => unknown> = {
    "POST /chat/completions": (exchange) => call(exchange, (body, created) => chat(readChat(body), created)),
    "POST /completions": (exchange) => call(exchange, (body, created) => text(readCompletion(body), created)),
    "POST /responses": (exchange) => call(exchange, responses),
    "POST /embeddings": (exchange) =>
      call(exchange, (body) => ({ stream: false, done: false, whole: () => embeddingsAnswer(body), events: () => [] })),
    "GET /models": (exchange) => sendAnswer(exchange, { object: "list", data: [card] }, undefined),
    [`GET /models/${OFFLINE_MODEL}`]: (exchange) => sendAnswer(exchange, card, undefined),
  };

  return {
    async handle(exchange) {
      const path = exchange.url.pathname.slice(MODEL_PATH.length).replace(/\/$/, "");
      const key = `${exchange.req.method} ${path}`;
      try {
        const route =
          exchange.url.pathname.startsWith(`${MODEL_PATH}/`) && Object.hasOwn(routes, key) ? routes[key] : undefined;
        if (!route)
          throw new OpenAiError(404, `Invalid URL (${exchange.req.method} ${exchange.url.pathname})`, {
            code: "unknown_url",
          });
        await route(exchange);
      } catch (error) {
        sendError(exchange, asOpenAiError(error));
      }
    },
    close: () => closing.abort(),
  };
}

function chat(request: ModelRequest, created: number): Answer {
  const completion = complete(request);
  return {
    stream: request.stream,
    whole: () => chatAnswer(completion, created),
    events: () => chatStream(completion, created, request.includeUsage),
    done: true,
  };
}

function text(request: ModelRequest, created: number): Answer {
  const completion = complete(request);
  return {
    stream: request.stream,
    whole: () => textAnswer(completion, created),
    events: () => textStream(completion, created, request.includeUsage),
    done: true,
  };
}

function responses(body: Record<string, unknown>, created: number): Answer {
  const request = readResponse(body);
  const completion = complete(request);
  return {
    stream: request.stream,
    whole: () => responseAnswer(completion, { created, body }),
    events: () => responseStream(completion, { created, body }),
    done: false,
  };
}

function asOpenAiError(error: unknown): OpenAiError {
  if (error instanceof OpenAiError) return error;
  if (error instanceof AwsError) return new OpenAiError(error.status, error.message);
  return new OpenAiError(500, "The offline model failed on this request.");
}
