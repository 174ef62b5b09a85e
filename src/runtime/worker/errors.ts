/**
 * An error that no further attempt can mend: the task is dead-lettered without another model call.
 * @example throw new PermanentError("The document has no text.", { code: "EMPTY_DOCUMENT" });
 */
export class PermanentError extends Error {
  readonly code: string | undefined;
  readonly permanent = true;

  constructor(message: string, options: { code?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = "PermanentError";
    this.code = options.code;
  }
}

/** An error that is worth another attempt, at the earliest after `retryAfterMs` when given. */
export class TransientError extends Error {
  readonly code: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly permanent = false;

  constructor(message: string, options: { code?: string; retryAfterMs?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = "TransientError";
    this.code = options.code;
    this.retryAfterMs = options.retryAfterMs;
  }
}
