/** What an error says about itself, gathered along its causes. */
export interface ErrorFacts {
  name: string;
  message: string;
  status?: number;
  code?: string;
  permanent: boolean;
  /** The model knows no key, or not this one: a newer one may mend that. */
  unauthorized: boolean;
  /** From `Retry-After` or the error itself. */
  retryAfterMs?: number;
}

/** The model's or a service's refusals that a repeat cannot change. */
const PERMANENT_STATUSES = new Set([400, 401, 403, 404, 405, 413, 415, 422]);
/** 429s that mean "never", and LangChain's names for refusals. */
const PERMANENT_CODES = new Set([
  "insufficient_quota",
  "billing_hard_limit_reached",
  "MODEL_AUTHENTICATION",
  "MODEL_NOT_FOUND",
  "INVALID_PROMPT_INPUT",
  "INVALID_TOOL_RESULTS",
]);
/** A model's client that has no key at all says so before any call, without a status or a code. */
const NO_KEY =
  /missing credentials|api[ _]?key (is )?(not found|missing)|environment variable is missing|could not resolve authentication method/i;
/** AWS answers throttling and expired credentials with 400 and 403. */
const TRANSIENT_NAMES =
  /throttl|toomanyrequests|serviceunavailable|provisionedthroughput|limitexceeded|expiredtoken|requesttimeout|modelnotready/i;
/** A careless header must not park a task for days. */
const MAX_RETRY_AFTER_MS = 3_600_000;
const MAX_CAUSES = 5;

/** @returns whether an error is worth another attempt, and what is known of it. Unknown errors are. */
export function classify(error: unknown, now: number): ErrorFacts {
  const chain = causes(error);
  const first = chain[0];
  const status = firstOf(chain, statusOf);
  const code = firstOf(chain, codeOf);
  const unauthorized = status === 401 || status === 403 || chain.some(lacksKey);
  const retryAfterMs = firstOf(chain, (entry) => retryAfterOf(entry, now));
  return {
    name: first instanceof Error ? nameOf(first) : typeof error,
    message:
      first instanceof Error
        ? first.message
        : typeof error === "string"
          ? error
          : "Something that is no Error was thrown.",
    ...(status === undefined ? {} : { status }),
    ...(code === undefined ? {} : { code }),
    permanent: isPermanent(chain, status, code),
    unauthorized,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** Many libraries give their errors a class and no name: all of OpenAI's are called `Error`, whatever was refused. */
function nameOf(error: Error): string {
  const type: unknown = error.constructor;
  const ofClass = typeof type === "function" ? type.name.replace(/^_+/, "") : "";
  // A minifier leaves a letter or two, which say less than nothing.
  return error.name === "Error" && ofClass.length > 2 ? ofClass : error.name;
}

function isPermanent(chain: object[], status: number | undefined, code: string | undefined): boolean {
  for (const entry of chain) {
    const said = field(entry, "permanent");
    if (typeof said === "boolean") return said;
    if (entry instanceof Error && TRANSIENT_NAMES.test(nameOf(entry))) return false;
  }
  if ((code !== undefined && PERMANENT_CODES.has(code)) || chain.some(lacksKey)) return true;
  return status !== undefined && PERMANENT_STATUSES.has(status);
}

const lacksKey = (entry: object) => entry instanceof Error && NO_KEY.test(entry.message);

function causes(error: unknown): object[] {
  const chain: object[] = [];
  for (
    let next = error;
    typeof next === "object" && next !== null && chain.length < MAX_CAUSES;
    next = field(next, "cause")
  )
    chain.push(next);
  return chain;
}

function statusOf(error: object): number | undefined {
  for (const [holder, name] of [
    [error, "status"],
    [error, "statusCode"],
    [field(error, "response"), "status"],
    [field(error, "$metadata"), "httpStatusCode"],
  ] as const) {
    const status = field(holder, name);
    if (typeof status === "number" && status >= 100 && status < 600) return status;
  }
  return undefined;
}

function codeOf(error: object): string | undefined {
  for (const code of [
    field(error, "lc_error_code"),
    field(error, "code"),
    field(field(error, "error"), "code"),
    field(error, "type"),
  ]) {
    if (typeof code === "string" && code !== "" && code.length <= 64) return code;
  }
  return undefined;
}

function retryAfterOf(error: object, now: number): number | undefined {
  const said = field(error, "retryAfterMs");
  if (typeof said === "number" && said >= 0) return Math.min(said, MAX_RETRY_AFTER_MS);
  const headers =
    field(error, "headers") ??
    field(field(error, "response"), "headers") ??
    field(field(error, "$response"), "headers");
  return parseRetryAfter((name) => header(headers, name), now);
}

/** @returns the wait in milliseconds that `retry-after-ms` or `retry-after` (seconds or a date) asks for. */
export function parseRetryAfter(read: (name: string) => string | undefined, now: number): number | undefined {
  const ms = Number(read("retry-after-ms") ?? Number.NaN);
  const text = read("retry-after") ?? "";
  const wait = Number.isFinite(ms)
    ? ms
    : /^\s*\d+(\.\d+)?\s*$/.test(text)
      ? Number(text) * 1000
      : Date.parse(text) - now;
  return Number.isFinite(wait) ? Math.min(Math.max(0, wait), MAX_RETRY_AFTER_MS) : undefined;
}

function header(headers: unknown, name: string): string | undefined {
  const value = headers instanceof Headers ? headers.get(name) : field(headers, name);
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

function field(holder: unknown, name: string): unknown {
  return typeof holder === "object" && holder !== null ? Reflect.get(holder, name) : undefined;
}

function firstOf<T>(chain: object[], read: (error: object) => T | undefined): T | undefined {
  for (const entry of chain) {
    const found = read(entry);
    if (found !== undefined) return found;
  }
  return undefined;
}
