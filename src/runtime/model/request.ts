import { FAULT_HEADER } from "../../contract/http.ts";
import { jsonIn, member } from "../../contract/json.ts";
import { parseRetryAfter } from "../worker/classify.ts";
import { ModelError } from "./model-error.ts";

export interface Endpoint {
  baseURL: string;
  apiKey: string;
  fetch: typeof fetch;
  /** Longest wait for the answer's first byte, and between two of its chunks. */
  idleTimeoutMs: number;
}

/** An answer whose body ends with an error when it falls silent. */
export interface Answer {
  body: AsyncIterable<Uint8Array>;
  json(): Promise<unknown>;
  /** Said behind what is wrong with the answer: the local stack spoilt it on purpose. Else empty. */
  fault: string;
}

/**
 * Posts JSON and reads the answer; never waits without a limit.
 * @throws ModelError for anything but a 2xx; the signal's reason when that aborts.
 */
export async function post(
  endpoint: Endpoint,
  path: string,
  payload: unknown,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const watchdog = new AbortController();
  const silence = new ModelError(`The model said nothing for ${Math.round(endpoint.idleTimeoutMs / 1000)} s.`, {
    code: "timeout",
  });
  let timer: NodeJS.Timeout | undefined;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => watchdog.abort(silence), endpoint.idleTimeoutMs);
    timer.unref();
  };
  let fault = "";
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    heard();
    try {
      return await work();
    } catch (error) {
      throw toModelError(error, { signal, watchdog: watchdog.signal, fault });
    } finally {
      clearTimeout(timer);
    }
  };

  const response = await guarded(() =>
    endpoint.fetch(`${endpoint.baseURL.replace(/\/+$/, "")}/${path}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(endpoint.apiKey ? { authorization: `Bearer ${endpoint.apiKey}` } : {}),
      },
      body: JSON.stringify(payload),
      signal: signal ? AbortSignal.any([signal, watchdog.signal]) : watchdog.signal,
      redirect: "error",
    }),
  );
  if (response.headers.has(FAULT_HEADER)) fault = " (a fault of the local stack)";
  if (!response.ok) throw await refusal(response, await guarded(() => response.text()).catch(() => ""));
  return {
    fault,
    body: chunks(response, guarded),
    json: async () => {
      const text = await guarded(() => response.text());
      try {
        const value: unknown = JSON.parse(text);
        return value;
      } catch {
        throw new ModelError(`The model answered with something that is not JSON${fault}.`, {
          status: response.status,
          code: "malformed",
        });
      }
    },
  };
}

async function* chunks(
  response: Response,
  guarded: <T>(work: () => Promise<T>) => Promise<T>,
): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return;
  try {
    for (;;) {
      const part = await guarded(() => reader.read());
      if (part.done) return;
      const bytes: unknown = part.value;
      if (bytes instanceof Uint8Array) yield bytes;
    }
  } finally {
    // Ends the request of a reader who stops early.
    await reader.cancel().catch(() => undefined);
  }
}

function toModelError(
  error: unknown,
  { signal, watchdog, fault }: { signal: AbortSignal | undefined; watchdog: AbortSignal; fault: string },
): unknown {
  if (signal?.aborted) return signal.reason;
  if (watchdog.aborted) return watchdog.reason;
  const cause = error instanceof Error ? error.cause : undefined;
  const detail = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
  return new ModelError(`The connection to the model failed${detail}${fault}.`, { code: "network", cause: error });
}

async function refusal(response: Response, text: string): Promise<ModelError> {
  const { message, code } = explain(text);
  return new ModelError(message ?? `The model answered ${response.status} ${response.statusText}`.trimEnd(), {
    status: response.status,
    code,
    retryAfterMs: parseRetryAfter((name) => response.headers.get(name) ?? undefined, Date.now()),
  });
}

/** `{ "error": { "message", "code", "type" } }`, as OpenAI and everyone after it writes. */
function explain(text: string): { message?: string; code?: string } {
  const error = member(jsonIn(text), "error");
  if (typeof error === "string") return { message: error };
  const [message, code] = [member(error, "message"), member(error, "code")];
  return { ...(typeof message === "string" ? { message } : {}), ...(typeof code === "string" ? { code } : {}) };
}
