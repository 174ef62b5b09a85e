import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../contract/clock.ts";

/** What every emulated service is given. Services know nothing of each other but what is passed to them. */
export interface LocalContext {
  clock: Clock;
  /** Divides delays, visibility timeouts and back-off; 1 is real time. Function timeouts are never scaled. */
  speed: number;
  region: string;
  accountId: string;
  /** `http://127.0.0.1:<port>`; known once the server listens. */
  endpoint(): string;
  /** A database of the service's own: `<dir>/<name>.db`, or in memory when the stack keeps no state. WAL, synchronous=NORMAL. */
  openDatabase(name: string): DatabaseSync;
  /** Seeded when faults are, so that a run can be repeated. In [0, 1). */
  random(): number;
  /** Tells whoever watches the stack (the dev screen, `--headless`, tests). Never throws. */
  emit(event: StackEvent): void;
  /** Warns of what the stack could not do, such as `Metrics could not be kept`; the same once in half a minute. */
  failed(what: string, error: unknown): void;
}

/** What happens inside the stack, for the dev screen and the headless log. `at` is epoch milliseconds. */
export type StackEvent =
  | { type: "log"; at: number; group: string; stream: string; requestId?: string; message: string }
  | {
      type: "function";
      at: number;
      name: string;
      state: "building" | "ready" | "failed";
      ms?: number;
      message?: string;
    }
  | {
      type: "invocation";
      at: number;
      name: string;
      requestId: string;
      state: "started" | "ended";
      ms?: number;
      error?: string;
      /** The stack was stopped in the middle of it. */
      stopped?: true;
      cold?: boolean;
    }
  | { type: "request"; at: number; method: string; path: string; status: number; ms: number }
  | { type: "fault"; at: number; kind: string; detail: string }
  | { type: "warning"; at: number; message: string };

/** An error that goes to the wire as AWS writes it. */
export class AwsError extends Error {
  /** The shape's name, such as `QueueDoesNotExist`. */
  readonly code: string;
  readonly status: number;
  /** Further members of the error's shape (`CancellationReasons`, `Item`). */
  readonly members: Record<string, unknown>;
  /** `x-amzn-query-error`, for services that once spoke the query protocol. */
  readonly queryCode: string | undefined;

  constructor(
    code: string,
    message: string,
    options: { status?: number; members?: Record<string, unknown>; queryCode?: string } = {},
  ) {
    super(message);
    this.code = code;
    this.status = options.status ?? 400;
    this.members = options.members ?? {};
    this.queryCode = options.queryCode;
  }
}

/**
 * What AWS does and the stack does not: refused, lest the caller believe it was done, and named once in the stack's
 * warnings. The message says which.
 */
export class NotOffered extends AwsError {}
