/** A call of the model that failed. `status` is the HTTP answer's, when there was one. */
export class ModelError extends Error {
  readonly status: number | undefined;
  /** The provider's code (`insufficient_quota`), or ours: `network`, `timeout`, `truncated`, `malformed`, `no_api_key`. */
  readonly code: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    details: {
      status?: number | undefined;
      code?: string | undefined;
      retryAfterMs?: number | undefined;
      cause?: unknown;
    } = {},
  ) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.name = "ModelError";
    this.status = details.status;
    this.code = details.code;
    this.retryAfterMs = details.retryAfterMs;
  }
}
