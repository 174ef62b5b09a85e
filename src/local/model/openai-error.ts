/** An error in OpenAI's form. */
export class OpenAiError extends Error {
  readonly status: number;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
  /** Seconds, as `Retry-After`. */
  readonly retryAfter: number | undefined;

  constructor(
    status: number,
    message: string,
    options: { type?: string; param?: string; code?: string; retryAfter?: number } = {},
  ) {
    super(message);
    this.status = status;
    this.type = options.type ?? (status < 500 ? "invalid_request_error" : "server_error");
    this.param = options.param ?? null;
    this.code = options.code ?? null;
    this.retryAfter = options.retryAfter;
  }

  toJSON() {
    return { error: { message: this.message, type: this.type, param: this.param, code: this.code } };
  }
}

const FAULTS: Readonly<Record<number, { message: string; type: string; code?: string }>> = {
  401: { message: "Incorrect API key provided.", type: "invalid_request_error", code: "invalid_api_key" },
  429: {
    message: "Rate limit reached for this model. Please try again later.",
    type: "rate_limit_error",
    code: "rate_limit_exceeded",
  },
  500: { message: "The server had an error while processing your request.", type: "server_error" },
  503: { message: "The engine is currently overloaded, please try again later.", type: "service_unavailable_error" },
};

/** @returns the error of a fault that was asked for; its message says so. */
export function faultError(status: number, retryAfter: number | undefined): OpenAiError {
  const { message, ...known } = FAULTS[status] ?? {
    message: `The request failed with status ${status}.`,
    type: status < 500 ? "invalid_request_error" : "server_error",
  };
  return new OpenAiError(status, `${message} (a fault of the local stack)`, {
    ...known,
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
}
