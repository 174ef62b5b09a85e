import type { FunctionRecord } from "./definition.ts";
import type { InitFailure } from "./init-failure.ts";

/** One event for an environment. */
export interface Invocation {
  requestId: string;
  payload: Buffer;
  clientContext?: string;
  /** The process is killed after so many milliseconds, or when it answers, should that be sooner. */
  crashAfterMs?: number;
}

export interface Outcome {
  ok: boolean;
  payload: Buffer;
  durationMs: number;
  /** The last 4 KB of the invocation's log. */
  logTail: string;
}

/** A child process that runs one event at a time. */
export interface Environment {
  readonly record: FunctionRecord;
  /** Set once the code changed: it ends when its invocation does. */
  stale: boolean;
  /** When it last became idle, in `performance.now()` milliseconds. */
  idleSince: number;
  readonly initMs: number | undefined;
  run(invocation: Invocation): Promise<Outcome>;
  /** Ends the whole process group. */
  kill(): void;
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>;
}

export interface EnvironmentEvents {
  /** Waits for an event. */
  onIdle(environment: Environment): void;
  onInitFailure(environment: Environment, failure: InitFailure): void;
  onGone(environment: Environment): void;
}
