import { createHash, randomUUID } from "node:crypto";
import { AwsError, type LocalContext } from "../context.ts";
import type { FunctionHost, InvokeResult, LogSink } from "../interfaces.ts";
import { type FunctionDefinition, type FunctionRecord, MAX_SYNC_PAYLOAD } from "./definition.ts";
import { type Environment, type Outcome, startEnvironment } from "./environment.ts";
import { errorTypeOf, exited, type FailurePayload } from "./failures.ts";
import { arnOf, missingFunction } from "./function-name.ts";
import type { InitFailure } from "./init-failure.ts";
import { createPool, type Pool } from "./pool.ts";
import { createReaper } from "./reaper.ts";
import { createRuntimeApi } from "./runtime-api.ts";
import type { Workspace } from "./workspace.ts";

/** What befalls an invocation on purpose; `slow` starts `ms` milliseconds late. */
export type InvocationFault = { kind: "throttle" } | { kind: "crash" } | { kind: "slow"; ms: number };

export interface HostDeps {
  logs: LogSink;
  faults?: { beforeInvoke(functionName: string): InvocationFault | undefined };
  /** Most processes of one function. Default 32. */
  maxEnvironments?: number;
  /** Idle milliseconds after which a process ends. Default 5 minutes. */
  idleMs?: number;
  workspace: Workspace;
}

export interface InvokeOptions {
  signal?: AbortSignal;
  requestId?: string;
  clientContext?: string;
}

/** Facts about code that came through the API. */
export interface CodeFacts {
  sha256: string;
  size: number;
}

export interface Host extends FunctionHost {
  invoke(functionName: string, payload: string | Buffer, options?: InvokeOptions): Promise<InvokeResult>;
  /** Adds a function, or replaces the one of that name. */
  define(definition: FunctionDefinition, options?: { code?: CodeFacts; owned?: boolean }): FunctionRecord;
  /** Changes a function. New environments have the change at once; invocations under way end on what they began with. */
  update(name: string, change: Partial<Omit<FunctionDefinition, "name">>, code?: CodeFacts): FunctionRecord;
  /** Adds or removes the cap without ending environments. */
  reserve(name: string, concurrency: number | undefined): void;
  remove(name: string): Promise<void>;
  get(name: string): FunctionRecord | undefined;
  /** By name. */
  list(): FunctionRecord[];
  warm(functionName: string, count?: number): void;
  /** Why the last environment of the function's present code could not be started; undefined since one was. */
  startFailure(functionName: string): string | undefined;
  /** Living environments of a function. */
  environments(functionName: string): number;
  /** Invocations under way of a function, and of all. */
  running(functionName: string): { ofFunction: number; ofAll: number };
  close(): Promise<void>;
}

/** What an account may run at a time, on AWS by default. */
export const ACCOUNT_CONCURRENCY = 1000;
/** Long enough for a function to have begun its work. */
const CRASH_AFTER_MS = 200;
const DEFAULT_IDLE_MS = 5 * 60_000;

interface Entry {
  pool: Pool;
  running: number;
}

/** Runs functions in child processes. */
export function createHost(ctx: LocalContext, deps: HostDeps): Host {
  const functions = new Map<string, Entry>();
  const warn = (message: string) => ctx.emit({ type: "warning", at: ctx.clock.now(), message });
  const runtimeApi = createRuntimeApi();
  const reaper = createReaper(deps.workspace.temporary, warn);
  const idleMs = deps.idleMs ?? DEFAULT_IDLE_MS;
  let total = 0;
  let closing: Promise<void> | undefined;

  const sweep = setInterval(
    () => {
      for (const { pool } of functions.values()) pool.reap(idleMs);
    },
    Math.max(50, idleMs / 4),
  );
  sweep.unref();

  const entryOf = (name: string): Entry => {
    const entry = functions.get(name);
    if (entry) return entry;
    throw missingFunction(ctx, name);
  };

  const failures = new WeakMap<FunctionRecord, string>();
  const tellFailure = (record: FunctionRecord, failure: InitFailure) => {
    const message = describe(failurePayload("", failure));
    failures.set(record, message);
    ctx.emit({ type: "function", at: ctx.clock.now(), name: record.definition.name, state: "failed", message });
  };

  // Once for each revision: what happens to further environments is no news.
  const told = new WeakSet<FunctionRecord>();
  const tellReady = ({ record, initMs }: Environment) => {
    failures.delete(record);
    if (told.has(record)) return;
    told.add(record);
    const ms = initMs === undefined ? {} : { ms: initMs };
    ctx.emit({ type: "function", at: ctx.clock.now(), name: record.definition.name, state: "ready", ...ms });
  };

  const makePool = (record: FunctionRecord): Pool =>
    createPool({
      record,
      maxEnvironments: deps.maxEnvironments ?? 32,
      start: (current, events) =>
        startEnvironment(
          current,
          {
            ctx,
            logs: deps.logs,
            runtimeApi,
            reaper,
            bootstrap: deps.workspace.bootstrap(),
            stopping: () => closing !== undefined,
          },
          events,
        ),
      onIdleFailure: tellFailure,
      onReady: tellReady,
    });

  const throttle = (reason: string) =>
    new AwsError("TooManyRequestsException", "Rate Exceeded.", {
      status: 429,
      members: { Type: "User", Reason: reason },
    });

  const invoke = async (name: string, payload: string | Buffer, options: InvokeOptions = {}): Promise<InvokeResult> => {
    const entry = entryOf(name);
    const body = typeof payload === "string" ? Buffer.from(payload) : payload;
    if (body.length > MAX_SYNC_PAYLOAD) {
      throw new AwsError(
        "RequestTooLargeException",
        `Request must be smaller than ${MAX_SYNC_PAYLOAD} bytes for the InvokeFunction operation`,
        {
          status: 413,
          members: { Type: "User" },
        },
      );
    }
    if (closing) throw new AwsError("ServiceException", "The local stack is closing.", { status: 500 });
    const fault = deps.faults?.beforeInvoke(name);
    if (fault?.kind === "throttle") throw throttle("CallerRateLimitExceeded");
    const reserved = entry.pool.record.definition.reservedConcurrency;
    if (reserved !== undefined && entry.running >= reserved)
      throw throttle("ReservedFunctionConcurrentInvocationLimitExceeded");
    if (total >= ACCOUNT_CONCURRENCY) throw throttle("ConcurrentInvocationLimitExceeded");
    entry.running += 1;
    total += 1;
    const requestId = options.requestId ?? randomUUID();
    try {
      const { codeReady } = entry.pool.record.definition;
      if (codeReady) {
        const unbuilt = await codeReady.then(() => undefined, unbuiltPayload);
        if (unbuilt) return failedResult(requestId, unbuilt);
      }
      if (fault?.kind === "slow") await ctx.clock.sleep(fault.ms / ctx.speed, options.signal);
      const acquired = await entry.pool.acquire(options.signal);
      if ("failure" in acquired) {
        const { failure } = acquired;
        tellFailure(entry.pool.record, failure);
        return { ...failedResult(requestId, failurePayload(requestId, failure)), logTail: failure.tell(requestId) };
      }
      const { environment } = acquired;
      const outcome = environment.run({
        requestId,
        payload: body,
        ...(options.clientContext ? { clientContext: options.clientContext } : {}),
        ...(fault?.kind === "crash" ? { crashAfterMs: CRASH_AFTER_MS } : {}),
      });
      return toResult(requestId, await outcome);
    } finally {
      entry.running -= 1;
      total -= 1;
    }
  };

  const makeRecord = (definition: FunctionDefinition, owned: boolean, code?: CodeFacts): FunctionRecord => ({
    definition: { timeout: 3, memory: 128, environment: {}, logFormat: "Text", ...definition },
    arn: arnOf(ctx, definition.name),
    lastModified: ctx.clock.now(),
    revisionId: randomUUID(),
    codeSha256: code?.sha256 ?? createHash("sha256").update(definition.codeDir).digest("base64"),
    codeSize: code?.size ?? 0,
    owned,
  });

  const set = (record: FunctionRecord) => {
    // Without a caller, a failed build is nobody's unhandled rejection.
    record.definition.codeReady?.catch(() => {});
    const entry = functions.get(record.definition.name);
    if (entry) entry.pool.replace(record);
    else functions.set(record.definition.name, { pool: makePool(record), running: 0 });
    return record;
  };

  return {
    invoke,
    has: (name) => functions.has(name),
    define: (definition, options = {}) => set(makeRecord(definition, options.owned ?? false, options.code)),
    update(name, change, code) {
      const { record } = entryOf(name).pool;
      const facts =
        code ?? (change.codeDir === undefined ? { sha256: record.codeSha256, size: record.codeSize } : undefined);
      const definition = { ...record.definition, ...change };
      if (change.codeDir !== undefined && change.codeReady === undefined) delete definition.codeReady;
      return set(makeRecord(definition, record.owned, facts));
    },
    reserve(name, concurrency) {
      const { definition } = entryOf(name).pool.record;
      if (concurrency === undefined) delete definition.reservedConcurrency;
      else definition.reservedConcurrency = concurrency;
    },
    async remove(name) {
      const { pool } = entryOf(name);
      functions.delete(name);
      await pool.close();
    },
    get: (name) => functions.get(name)?.pool.record,
    list: () =>
      [...functions.values()]
        .map(({ pool }) => pool.record)
        .sort((a, b) => (a.definition.name < b.definition.name ? -1 : 1)),
    warm(name, count = 1) {
      const { pool } = entryOf(name);
      const { codeReady } = pool.record.definition;
      if (!codeReady) return pool.warm(count);
      // Whoever builds the code tells of its failure.
      codeReady.then(() => functions.get(name)?.pool === pool && pool.warm(count)).catch(() => {});
    },
    startFailure(name) {
      const record = functions.get(name)?.pool.record;
      return record && failures.get(record);
    },
    environments: (name) => functions.get(name)?.pool.size() ?? 0,
    running: (name) => ({ ofFunction: functions.get(name)?.running ?? 0, ofAll: total }),
    close() {
      closing ??= (async () => {
        clearInterval(sweep);
        await Promise.all([...functions.values()].map(({ pool }) => pool.close()));
        await runtimeApi.close();
        await reaper.close();
      })();
      return closing;
    },
  };
}

function toResult(requestId: string, outcome: Outcome): InvokeResult {
  return {
    requestId,
    ...(outcome.ok ? {} : { functionError: "Unhandled" as const }),
    payload: outcome.payload,
    logTail: outcome.logTail,
    durationMs: outcome.durationMs,
  };
}

function failedResult(requestId: string, payload: Buffer): InvokeResult {
  return { requestId, functionError: "Unhandled", payload, logTail: "", durationMs: 0 };
}

function failurePayload(requestId: string, failure: InitFailure): Buffer {
  if (failure.payload) return failure.payload;
  const payload: FailurePayload = failure.timedOut
    ? {
        errorType: "Sandbox.Timedout",
        errorMessage: `RequestId: ${requestId} Error: Task timed out after 10.00 seconds`,
      }
    : exited(requestId, failure.exit);
  return Buffer.from(JSON.stringify(payload));
}

function unbuiltPayload(reason: unknown): Buffer {
  const errorMessage = reason instanceof Error ? reason.message : String(reason);
  return Buffer.from(JSON.stringify({ errorType: "Runtime.UserCodeSyntaxError", errorMessage, trace: [] }));
}

/** The first line of what went wrong, for the screen. */
function describe(payload: Buffer): string {
  try {
    const value: unknown = JSON.parse(payload.toString("utf8"));
    if (typeof value === "object" && value !== null && "errorMessage" in value)
      return `${errorTypeOf(payload)}: ${String(value.errorMessage)}`;
  } catch {
    // Told as it is.
  }
  return payload.toString("utf8", 0, 1000);
}
