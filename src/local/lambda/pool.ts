import { availableParallelism } from "node:os";
import type { FunctionRecord } from "./definition.ts";
import type { Environment, EnvironmentEvents } from "./environment.ts";
import type { InitFailure } from "./init-failure.ts";

/** What a waiting invocation is given: an environment that is its own, or why there is none. */
export type Acquired = { environment: Environment } | { failure: InitFailure };

/** The environments of one function. */
export interface Pool {
  record: FunctionRecord;
  /** @throws the signal's reason when it is aborted while waiting. */
  acquire(signal?: AbortSignal): Promise<Acquired>;
  /** Starts environments until `count` exist, so that first calls find them warm. */
  warm(count: number): void;
  /** New code or settings: new environments have them at once, invocations under way end on the old. */
  replace(record: FunctionRecord): void;
  /** Ends environments that were idle for longer than `idleMs`. */
  reap(idleMs: number): void;
  size(): number;
  /** Ends every environment. Waiters get the failure of a killed process. */
  close(): Promise<void>;
}

export interface PoolOptions {
  record: FunctionRecord;
  /** Most processes of this function at a time; further invocations wait for a free one. */
  maxEnvironments: number;
  start(record: FunctionRecord, events: EnvironmentEvents): Environment;
  /** An environment that was started ahead of any call failed. */
  onIdleFailure(record: FunctionRecord, failure: InitFailure): void;
  onReady(environment: Environment): void;
}

interface Waiter {
  give(acquired: Acquired): void;
}

/**
 * How many processes may start at a time: more than there are processors makes every one of them late, while a warm one
 * may well be free before they are.
 */
const MAX_STARTING = Math.max(2, availableParallelism());

export function createPool(options: PoolOptions): Pool {
  let record = options.record;
  let closed = false;
  // Newest last: the one used last is the warmest, the others may be reaped.
  let idle: Environment[] = [];
  const all = new Set<Environment>();
  const starting = new Set<Environment>();
  const waiting: Waiter[] = [];

  const limit = () => {
    const { inspect, maxEnvironments } = record.definition;
    return inspect === undefined ? Math.min(maxEnvironments ?? Infinity, options.maxEnvironments) : 1;
  };

  const start = () => {
    let seen = false;
    const environment = options.start(record, {
      onIdle(self) {
        starting.delete(self);
        if (self.stale || closed) return self.kill();
        if (!seen) options.onReady(self);
        seen = true;
        const waiter = waiting.shift();
        if (waiter) waiter.give({ environment: self });
        else idle.push(self);
        grow();
      },
      onInitFailure(self, failure) {
        starting.delete(self);
        // Each invocation tries an init of its own, as on AWS; a failure belongs to the one that waited longest.
        const waiter = self.stale ? undefined : waiting.shift();
        if (waiter) waiter.give({ failure });
        else if (!self.stale && !closed) options.onIdleFailure(self.record, failure);
      },
      onGone(self) {
        all.delete(self);
        starting.delete(self);
        idle = idle.filter((other) => other !== self);
        grow();
      },
    });
    all.add(environment);
    starting.add(environment);
  };

  const grow = () => {
    while (!closed && waiting.length > starting.size && starting.size < MAX_STARTING && all.size < limit()) start();
  };

  const retire = (environment: Environment) => {
    environment.stale = true;
    if (idle.includes(environment) || starting.has(environment)) environment.kill();
  };

  return {
    get record() {
      return record;
    },
    acquire(signal) {
      if (signal?.aborted) return Promise.reject(reasonOf(signal));
      const environment = idle.pop();
      if (environment) return Promise.resolve({ environment });
      return new Promise((resolve, reject) => {
        const onAbort = () => {
          const at = waiting.indexOf(waiter);
          if (at >= 0) waiting.splice(at, 1);
          if (signal) reject(reasonOf(signal));
        };
        const waiter: Waiter = {
          give(acquired) {
            signal?.removeEventListener("abort", onAbort);
            resolve(acquired);
          },
        };
        signal?.addEventListener("abort", onAbort, { once: true });
        waiting.push(waiter);
        grow();
      });
    },
    warm(count) {
      while (!closed && all.size < Math.min(count, limit())) start();
    },
    replace(next) {
      record = next;
      const before = [...all];
      for (const environment of before) retire(environment);
      idle = [];
      // Whoever had a warm function before the change has one after it; a debugger's port must be free for it first.
      if (before.length > 0 && all.size < limit()) start();
      else if (before.length > 0)
        void Promise.all(before.map((environment) => environment.gone)).then(() => this.warm(1));
    },
    reap(idleMs) {
      const oldest = performance.now() - idleMs;
      const over = idle.filter((environment) => environment.idleSince < oldest);
      idle = idle.filter((environment) => environment.idleSince >= oldest);
      for (const environment of over) environment.kill();
    },
    size: () => all.size,
    async close() {
      closed = true;
      for (const environment of all) environment.kill();
      await Promise.all([...all].map((environment) => environment.gone));
      for (const waiter of waiting.splice(0))
        waiter.give({ failure: { exit: { code: null, signal: "SIGKILL" }, timedOut: false, tell: () => "" } });
    },
  };
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error
    ? signal.reason
    : new Error("The invocation was given up.", { cause: signal.reason });
}
