export interface ClientErrorDetails {
  status?: number;
  code: string;
  hint?: string;
  issues?: { path: string; message: string }[];
  cause?: unknown;
}

/** A request that failed, or a task that cannot be followed. */
export class ClientError extends Error {
  /** HTTP status; absent when no answer came. */
  readonly status: number | undefined;
  /** Stable: the server's own code, or `NETWORK`, `TIMEOUT`, `BAD_RESPONSE`, `TICKET_REFUSED`, `NO_SOCKET_URL`. */
  readonly code: string;
  /** The next step. */
  readonly hint: string | undefined;
  /** What is wrong with which field of the request. */
  readonly issues: readonly { path: string; message: string }[];

  constructor(message: string, details: ClientErrorDetails) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.status = details.status;
    this.code = details.code;
    this.hint = details.hint;
    this.issues = details.issues ?? [];
  }
  override get name(): string {
    return "ClientError";
  }
}

/** @returns whether another try can help: no answer, too many requests, or a fault of the server's. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof ClientError)) return false;
  if (error.status === undefined) return error.code === "NETWORK" || error.code === "TIMEOUT";
  return error.status === 408 || error.status === 429 || error.status >= 500;
}
