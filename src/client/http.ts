import type { Clock } from "../contract/clock.ts";
import { jsonIn } from "../contract/json.ts";
import { ClientError, isTransient } from "./errors.ts";
import { parseWireError } from "./guards.ts";
import type { ClientTimings, FetchLike, ResponseLike } from "./types.ts";

export interface HttpOptions {
  url: string;
  token: string | undefined;
  getToken: (() => string | Promise<string>) | undefined;
  fetch: FetchLike;
  clock: Clock;
  random: () => number;
  timings: ClientTimings;
}

export interface HttpRequest<T> {
  method: "GET" | "POST";
  /** Begins with a slash. */
  path: string;
  body?: unknown;
  /** Whether a failed request may be sent again: it changes nothing, or the same thing. Default true. */
  repeatable?: boolean;
  signal?: AbortSignal | undefined;
  guard: (value: unknown) => value is T;
}

export interface Http {
  /** Whether requests can be authorized at all. */
  readonly hasToken: boolean;
  /** @returns undefined when the client has no token. */
  token(): Promise<string | undefined>;
  request<T>(request: HttpRequest<T>): Promise<T>;
  /** PUT to, or GET from, a presigned address: no token of ours goes there. */
  transfer(
    method: "GET" | "PUT",
    url: string,
    options: { headers?: Record<string, string>; body?: Uint8Array | Blob; signal?: AbortSignal | undefined },
  ): Promise<string>;
}

const TRIES = 3;
const RETRY_BASE_MS = 250;
const RETRY_MAX_MS = 20_000;

/** JSON over HTTP with a time limit on every request, three tries where that is safe, and typed errors. */
export function createHttp(options: HttpOptions): Http {
  const base = options.url.replace(/\/+$/, "");
  const token = async () => (options.getToken ? await options.getToken() : options.token);

  async function once<T>(request: HttpRequest<T>): Promise<T> {
    const credential = await token();
    const answer = await send(options, `${base}${request.path}`, {
      method: request.method,
      headers: {
        ...(credential ? { authorization: `Bearer ${credential}` } : {}),
        ...(request.body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      signal: request.signal,
      limitMs: options.timings.request,
    });
    if (!answer.response.ok) throw refusal(answer.response, answer.text, base);
    const value = jsonIn(answer.text);
    if (!request.guard(value)) throw badResponse(base, request.path);
    return value;
  }

  return {
    // An empty one is what an unset variable reads as.
    hasToken: Boolean(options.token) || options.getToken !== undefined,
    token,
    async request(request) {
      for (let tries = 1; ; tries += 1) {
        try {
          return await once(request);
        } catch (error) {
          // A server that let a whole time limit pass was starting, or hangs: its caller has not patience for more than two.
          const isTimeout = error instanceof ClientError && error.code === "TIMEOUT";
          const most = request.repeatable === false ? 1 : isTimeout ? 2 : TRIES;
          if (tries >= most || !isTransient(error)) throw error;
          const wait = RETRY_BASE_MS * 2 ** tries * (0.5 + options.random() / 2);
          await options.clock.sleep(Math.min(RETRY_MAX_MS, Math.max(wait, retryAfterMs(error))), request.signal);
        }
      }
    },
    async transfer(method, url, { headers, body, signal }) {
      const bytes = body instanceof Uint8Array ? toArrayBuffered(body) : body;
      const answer = await send(options, url, {
        method,
        headers: headers ?? {},
        ...(bytes === undefined ? {} : { body: bytes }),
        signal,
        limitMs: options.timings.transfer,
      });
      if (answer.response.ok) return answer.text;
      throw new ClientError(`The object store answered ${answer.response.status} to a ${method}.`, {
        status: answer.response.status,
        code: "TRANSFER_FAILED",
        hint: "A presigned address is valid for 15 minutes; ask for a new one.",
      });
    },
  };
}

const retryAfter = new WeakMap<ClientError, number>();
const retryAfterMs = (error: unknown): number => (error instanceof ClientError ? (retryAfter.get(error) ?? 0) : 0);

interface Sending {
  method: string;
  headers: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer> | Blob;
  signal: AbortSignal | undefined;
  limitMs: number;
}

async function send(
  options: HttpOptions,
  url: string,
  sending: Sending,
): Promise<{ response: ResponseLike; text: string }> {
  sending.signal?.throwIfAborted();
  const limit = AbortSignal.timeout(sending.limitMs);
  const signal = sending.signal ? AbortSignal.any([sending.signal, limit]) : limit;
  const { method, headers, body } = sending;
  try {
    // The options' function is called bare: a browser's fetch refuses any other `this`.
    const { fetch } = options;
    const response = await fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      signal,
      redirect: "error",
    });
    return { response, text: await response.text() };
  } catch (cause) {
    // An abort is the caller's own doing and stays what it is.
    sending.signal?.throwIfAborted();
    const place = new URL(url).origin;
    if (limit.aborted) {
      throw new ClientError(`${place} did not answer within ${sending.limitMs / 1000} s.`, { code: "TIMEOUT", cause });
    }
    throw new ClientError(`${place} could not be reached${reason(cause)}.`, {
      code: "NETWORK",
      hint: "Check the address and the network; on the local stage, whether `ai-pipeline dev` is running.",
      cause,
    });
  }
}

/** `fetch failed` alone helps nobody: the cause has the system's word, such as ECONNREFUSED. */
function reason(cause: unknown): string {
  const inner = cause instanceof Error ? cause.cause : undefined;
  return inner instanceof Error && inner.message ? ` (${inner.message})` : "";
}

function refusal(response: ResponseLike, text: string, base: string): ClientError {
  const told = parseWireError(text);
  const error = new ClientError(told?.message ?? defaultMessage(response.status, base), {
    status: response.status,
    code: told?.code ?? defaultCode(response.status),
    ...hintFor(response.status, told?.hint),
    ...(told?.issues ? { issues: told.issues } : {}),
  });
  const seconds = Number(response.headers.get("retry-after"));
  if (seconds > 0) retryAfter.set(error, seconds * 1000);
  return error;
}

function hintFor(status: number, told: string | undefined): { hint?: string } {
  if (told !== undefined) return { hint: told };
  if (status === 401) return { hint: "Pass the stage's token or a valid JWT as `token` or `getToken`." };
  if (status === 403) return { hint: "The token is not this stage's, has expired, or may not do this." };
  return {};
}

function defaultCode(status: number): string {
  if (status === 401) return "UNAUTHORIZED";
  if (status === 403) return "FORBIDDEN";
  if (status === 404) return "NOT_FOUND";
  return status === 429 ? "TOO_MANY_REQUESTS" : `HTTP_${status}`;
}

/** The gateway itself refuses with bodies of its own. */
function defaultMessage(status: number, base: string): string {
  if (status === 401) return `${base} asks for a token.`;
  if (status === 403) return `${base} refuses this token.`;
  return `${base} answered ${status}.`;
}

function badResponse(base: string, path: string): ClientError {
  return new ClientError(
    `${base}${path.split("?")[0] ?? ""} answered with something else than the pipeline's API does.`,
    {
      code: "BAD_RESPONSE",
      hint: "Check that `url` is the address of the stage's HTTP API.",
    },
  );
}

/** A view on shared memory cannot be sent by fetch; any other is passed on without a copy. */
function toArrayBuffered(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes);
}
