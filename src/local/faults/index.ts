import { systemClock, type Clock } from "../../contract/clock.ts";
import type { StackEvent } from "../context.ts";
import { faultKey, formatFault, parseFault, type Amount, type FaultSpec, type FaultTarget } from "./parse.ts";

export { parseFault } from "./parse.ts";

/** How a model call fails. `retryAfter` in seconds. */
export type ModelFault =
  | { kind: "status"; status: number; retryAfter?: number }
  | { kind: "hang" }
  | { kind: "malformed" }
  | { kind: "cut" };

/** How an invocation fails; `slow` starts `ms` milliseconds late. */
export type LambdaFault = { kind: "throttle" } | { kind: "crash" } | { kind: "slow"; ms: number };

/** A fault that is set, as the control route shows it. */
export interface FaultView {
  /** What was asked for, with what is left of a `next:N`. */
  fault: string;
  /** How often it has struck. */
  struck: number;
}

/** The hooks are free functions: pass `faults.model` itself. */
export interface Faults {
  /** Sets a fault, replacing one of the same target and kind. @throws UsageError `FAULT_INVALID`. */
  set(spec: string): void;
  /** Removes one (`model:429`, any amount is ignored) or all. @returns how many were set. */
  clear(spec?: string): number;
  list(): FaultView[];
  /** Says what is meant where a fault names no function or queue: a project's worker and its queue. Until then it is any. */
  useDefaults(names: { lambda: string; sqs: string }): void;
  /** Asked once per model call. */
  model(): ModelFault | undefined;
  /** Asked once per invocation. */
  lambda(functionName: string): LambdaFault | undefined;
  /** Asked once per message received: deliver it a second time? */
  sqs(queueName: string): boolean;
  /** Asked once per `postToConnection`: is this client gone? */
  gone(connectionId: string): boolean;
}

export interface FaultOptions {
  /** In [0, 1); a seeded one makes a run repeatable. Default: drawn from `seed`, else Math.random. */
  random?: () => number;
  seed?: number;
  clock?: Clock;
  emit?(event: StackEvent): void;
  /** Set from the start, as `--fault` gives them. */
  initial?: readonly string[];
  /** Seconds a 429 asks to wait. Default 1. */
  retryAfter?: number;
  /** Milliseconds of a slow start. Default 3,000. */
  slowMs?: number;
}

interface Active {
  target: FaultTarget;
  name?: string;
  kind: string;
  amount: Amount;
  struck: number;
}

const SERVER_ERRORS = [500, 502, 503];

/** Makes the registry of faults that all services of one stack ask. */
export function createFaults(options: FaultOptions = {}): Faults {
  const random = options.random ?? (options.seed === undefined ? Math.random : seededRandom(options.seed));
  const clock = options.clock ?? systemClock;
  const active = new Map<string, Active>();
  let outage: { struck: number } | undefined;
  let defaults: Partial<Record<FaultTarget, string>> = {};

  const tell = (kind: string, detail: string) => options.emit?.({ type: "fault", at: clock.now(), kind, detail });

  const strike = (target: FaultTarget, name: string): Active | undefined => {
    for (const [key, fault] of active) {
      if (fault.target !== target || !matches(fault.name ?? defaults[target], name)) continue;
      if ("next" in fault.amount) {
        fault.amount = { next: fault.amount.next - 1 };
        if (fault.amount.next === 0) active.delete(key);
      } else if (random() >= fault.amount.rate) continue;
      fault.struck += 1;
      tell(`${target}:${fault.kind}`, name);
      return fault;
    }
    return undefined;
  };

  const set = (spec: string) => {
    const fault: FaultSpec = parseFault(spec);
    if (fault.preset) {
      outage = fault.on ? (outage ?? { struck: 0 }) : undefined;
      return;
    }
    active.set(faultKey(fault), { ...fault, struck: 0 });
  };

  const refusal = (status: number): ModelFault => ({
    kind: "status",
    status,
    ...(status === 429 ? { retryAfter: options.retryAfter ?? 1 } : {}),
  });

  for (const spec of options.initial ?? []) set(spec);

  return {
    set,
    clear(spec) {
      const key = spec === undefined ? undefined : faultKey(parseFault(spec));
      let count = 0;
      if (outage && (key === undefined || key === "outage")) {
        outage = undefined;
        count += 1;
      }
      for (const item of active.keys()) {
        if ((key === undefined || key === item) && active.delete(item)) count += 1;
      }
      return count;
    },
    useDefaults: (names) => void (defaults = names),
    list() {
      const views = [...active.values()].map(({ struck, ...fault }) => ({ fault: formatFault(fault), struck }));
      return outage ? [{ fault: "outage", struck: outage.struck }, ...views] : views;
    },
    model() {
      if (outage) {
        outage.struck += 1;
        tell("outage", "model answers 429");
        return refusal(429);
      }
      const fault = strike("model", "");
      if (!fault) return undefined;
      if (fault.kind === "hang" || fault.kind === "malformed" || fault.kind === "cut") return { kind: fault.kind };
      if (fault.kind === "5xx") return refusal(SERVER_ERRORS[Math.floor(random() * SERVER_ERRORS.length)] ?? 500);
      return refusal(Number(fault.kind));
    },
    lambda(functionName) {
      const fault = strike("lambda", functionName);
      if (fault?.kind === "slow") return { kind: "slow", ms: options.slowMs ?? 3_000 };
      if (fault?.kind === "crash" || fault?.kind === "throttle") return { kind: fault.kind };
      return undefined;
    },
    sqs: (queueName) => strike("sqs", queueName) !== undefined,
    gone: (connectionId) => strike("ws", connectionId) !== undefined,
  };
}

/** A name also matches as the last part of a resource's name: `worker` is `my-app-local-worker`. */
function matches(wanted: string | undefined, name: string): boolean {
  return wanted === undefined || name === wanted || name.endsWith(`-${wanted}`);
}

/** A small linear congruential generator over 32 bits: repeatable, not secret. */
function seededRandom(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    // The low bits of such a generator repeat soon; the high ones serve.
    return (state >>> 8) / 0x1000000;
  };
}
