import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import type { Readable } from "node:stream";
import { logGroupName } from "../../contract/resources.ts";
import type { LocalContext } from "../context.ts";
import type { LogSink } from "../interfaces.ts";
import { childEnvironment, nodeArguments } from "./child-environment.ts";
import type { FunctionRecord } from "./definition.ts";
import { type Exit, exited, exitMessage, type FailurePayload, RESPONSE_TOO_LARGE, timedOut, timeoutMessage } from "./failures.ts";
import { createLogCapture, type LogLine } from "./log-capture.ts";
import type { Reaper } from "./reaper.ts";
import { platformLines } from "./report.ts";
import type { Answer, NextEvent, RuntimeApi } from "./runtime-api.ts";

/** One event for an environment. */
export interface Invocation {
  requestId: string;
  payload: Buffer;
  clientContext?: string;
}

export interface Outcome {
  ok: boolean;
  payload: Buffer;
  errorType?: string;
  durationMs: number;
  initMs?: number;
  /** The last 4 KB of the invocation's log. */
  logTail: string;
}

/** Why an environment never became ready. */
export interface InitFailure {
  /** The runtime's own words, when it had some. */
  payload?: Buffer;
  exit?: Exit;
  timedOut?: boolean;
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

export interface EnvironmentDeps {
  ctx: LocalContext;
  logs: LogSink;
  runtimeApi: RuntimeApi;
  reaper: Reaper;
  /** The bootstrap's file. */
  bootstrap: string;
}

export interface EnvironmentEvents {
  /** Waits for an event. */
  onIdle(environment: Environment): void;
  onInitFailure(environment: Environment, failure: InitFailure): void;
  onGone(environment: Environment): void;
}

/** AWS gives the init phase this long. */
const INIT_TIMEOUT_MS = 10_000;
const TAIL_BYTES = 4096;

interface Running {
  invocation: Invocation;
  startedAt: number;
  timer: NodeJS.Timeout | undefined;
  lines: string[];
  timedOut: boolean;
  first: boolean;
  /** Set when the runtime has answered: ends the invocation with its answer. */
  complete?: () => void;
  resolve(outcome: Outcome): void;
}

/** Starts a process for a function; it tells by `events` when it is ready or could not be. */
export function startEnvironment(record: FunctionRecord, deps: EnvironmentDeps, events: EnvironmentEvents): Environment {
  const { ctx, logs } = deps;
  const { definition } = record;
  const now = () => ctx.clock.now();
  const lines = platformLines(definition.logFormat, now);
  const group = logGroupName(definition.name);
  const stream = `${new Date(now()).toISOString().slice(0, 10).replaceAll("-", "/")}/[$LATEST]${randomBytes(16).toString("hex")}`;
  const debugging = definition.inspect !== undefined;
  const startedAt = performance.now();

  let running: Running | undefined;
  let sendNext: ((event: NextEvent) => void) | undefined;
  let initMs: number | undefined;
  let initOver = false;
  let initError: Buffer | undefined;
  let used = false;
  let maxRssKb: number | undefined;
  let pid: number | undefined;
  let killed = false;
  let release = () => {};
  let markGone = () => {};
  const gone = new Promise<void>((resolve) => (markGone = resolve));

  let batch: LogLine[] = [];
  const flushLogs = () => {
    if (batch.length === 0) return;
    const lot = batch;
    batch = [];
    logs.put(group, stream, lot);
  };
  const capture = createLogCapture(now, (line) => {
    if (batch.length === 0) setImmediate(flushLogs);
    batch.push(line);
    running?.lines.push(line.message);
    ctx.emit({
      type: "log",
      at: line.timestamp,
      group,
      stream,
      ...(running ? { requestId: running.invocation.requestId } : {}),
      message: line.message,
    });
  });

  const kill = () => {
    killed = true;
    if (pid === undefined) return;
    try {
      process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
    } catch {
      // It is gone already.
    }
  };

  const finish = (result: { ok: boolean; payload: Buffer; errorType?: string; status: "success" | "error" | "timeout" }) => {
    const run = running;
    if (!run) return;
    clearTimeout(run.timer);
    const durationMs = performance.now() - run.startedAt;
    capture.end();
    capture.reset();
    const { requestId } = run.invocation;
    const end = lines.end(requestId);
    if (end) capture.platform(end);
    capture.platform(
      lines.report({
        requestId,
        durationMs: result.status === "timeout" ? definition.timeout * 1000 : durationMs,
        memory: definition.memory,
        status: result.status,
        ...(maxRssKb === undefined ? {} : { maxMemoryMb: Math.ceil(maxRssKb / 1024) }),
        ...(run.first && initMs !== undefined ? { initMs } : {}),
        ...(result.errorType ? { errorType: result.errorType } : {}),
      }),
    );
    running = undefined;
    flushLogs();
    ctx.emit({
      type: "invocation",
      at: now(),
      name: definition.name,
      requestId,
      state: "ended",
      ms: durationMs,
      ...(result.errorType ? { error: result.errorType } : {}),
    });
    run.resolve({
      ok: result.ok,
      payload: result.payload,
      durationMs,
      logTail: tail(run.lines),
      ...(run.first && initMs !== undefined ? { initMs } : {}),
      ...(result.errorType ? { errorType: result.errorType } : {}),
    });
  };

  const fail = (payload: FailurePayload, status: "error" | "timeout") =>
    finish({ ok: false, payload: Buffer.from(JSON.stringify(payload)), errorType: payload.errorType, status });

  const becomeIdle = () => {
    if (running || !sendNext || killed) return;
    environment.idleSince = performance.now();
    events.onIdle(environment);
  };

  const peer = {
    onNext(send: (event: NextEvent) => void) {
      sendNext = send;
      if (!initOver) {
        initOver = true;
        initMs = performance.now() - startedAt;
        clearTimeout(initTimer);
        capture.reset();
      }
      becomeIdle();
    },
    onAnswer(requestId: string, answer: Answer): boolean {
      const run = running;
      if (run?.invocation.requestId !== requestId || run.timedOut || run.complete) return false;
      clearTimeout(run.timer);
      maxRssKb = answer.maxRssKb ?? maxRssKb;
      run.complete = () => {
        if (answer.tooLarge) fail(RESPONSE_TOO_LARGE, "error");
        else if (answer.kind === "response") finish({ ok: true, payload: answer.body, status: "success" });
        else finish({ ok: false, payload: answer.body, errorType: errorTypeOf(answer.body), status: "error" });
        becomeIdle();
      };
      // What the handler printed lies in the pipes by now; one full turn of the loop has read it all.
      setImmediate(() => setImmediate(() => running === run && run.complete?.()));
      return true;
    },
    onInitError: (body: Buffer) => void (initError = body),
  };

  const onExit = (exit: Exit) => {
    sendNext = undefined;
    release();
    if (pid !== undefined) deps.reaper.forget(pid);
    // A grandchild that holds the pipes open must not hold us.
    kill();
    clearTimeout(initTimer);
    capture.end();
    if (!initOver) {
      initOver = true;
      const timeout = !initError && killed && performance.now() - startedAt >= INIT_TIMEOUT_MS;
      const type = initError ? errorTypeOf(initError) : timeout ? "Sandbox.Timedout" : "Runtime.ExitError";
      capture.platform(lines.initReport(performance.now() - startedAt, timeout ? "timeout" : "error", type));
      flushLogs();
      events.onInitFailure(environment, { ...(initError ? { payload: initError } : {}), exit, ...(timeout ? { timedOut: true } : {}) });
    } else if (running?.complete) {
      running.complete();
    } else if (running?.timedOut) {
      capture.platform(`${new Date(now()).toISOString()} ${running.invocation.requestId} ${timeoutMessage(definition.timeout)}`);
      fail(timedOut(running.invocation.requestId, definition.timeout), "timeout");
    } else if (running) {
      const { requestId } = running.invocation;
      capture.platform(`RequestId: ${requestId} Error: ${exitMessage(exit)}`);
      fail(exited(requestId, exit), "error");
    }
    flushLogs();
    events.onGone(environment);
    markGone();
  };

  const launch = async () => {
    const { address, release: done } = await deps.runtimeApi.register(peer);
    release = done;
    if (killed) return onExit({ code: null, signal: "SIGKILL" });
    const env = childEnvironment(record, { region: ctx.region, endpoint: ctx.endpoint(), runtimeApi: address, logStream: stream });
    const child = spawn(process.execPath, [...nodeArguments(record), deps.bootstrap], {
      cwd: definition.codeDir,
      env,
      // A process group of its own, so that whatever the handler starts ends with it.
      detached: process.platform !== "win32",
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    pid = child.pid;
    if (pid !== undefined) deps.reaper.watch(pid);
    child.stdout?.on("data", capture.lines());
    child.stderr?.on("data", capture.lines());
    readable(child.stdio[3])?.on("data", capture.frames());
    child.once("error", (error) => {
      capture.platform(`[local stack] ${error.message}`);
      if (pid === undefined) onExit({ code: 1, signal: null });
    });
    child.once("exit", (code, signal) => {
      // The pipes close a little later; what they still hold belongs to this invocation.
      const over = () => {
        clearTimeout(patience);
        child.off("close", over);
        onExit({ code, signal });
      };
      const patience = setTimeout(over, 100);
      child.once("close", over);
    });
  };

  const initTimer = setTimeout(() => !debugging && kill(), INIT_TIMEOUT_MS);

  const environment: Environment = {
    record,
    stale: false,
    idleSince: startedAt,
    get initMs() {
      return initMs;
    },
    run(invocation) {
      const send = sendNext;
      if (!send || running) throw new Error("The environment is not idle.");
      sendNext = undefined;
      const first = !used;
      used = true;
      return new Promise((resolve) => {
        const timeoutMs = definition.timeout * 1000;
        const run: Running = { invocation, startedAt: performance.now(), timer: undefined, lines: [], timedOut: false, first, resolve };
        running = run;
        if (!debugging) {
          run.timer = setTimeout(() => {
            run.timedOut = true;
            kill();
          }, timeoutMs);
        }
        const at = now();
        ctx.emit({ type: "invocation", at, name: definition.name, requestId: invocation.requestId, state: "started", cold: first });
        capture.platform(lines.start(invocation.requestId));
        send({
          requestId: invocation.requestId,
          payload: invocation.payload,
          deadline: Date.now() + timeoutMs,
          functionArn: record.arn,
          traceId: `Root=1-${Math.floor(at / 1000).toString(16)}-${randomBytes(12).toString("hex")};Parent=${randomBytes(8).toString("hex")};Sampled=0`,
          ...(invocation.clientContext ? { clientContext: invocation.clientContext } : {}),
        });
      });
    },
    kill,
    gone,
  };
  launch().catch((error: unknown) => {
    capture.platform(`[local stack] The environment could not be started: ${error instanceof Error ? error.message : String(error)}`);
    onExit({ code: 1, signal: null });
  });
  return environment;
}

/** @returns the `errorType` of a failure's payload, or `Unknown`. */
export function errorTypeOf(payload: Buffer): string {
  try {
    const value: unknown = JSON.parse(payload.toString("utf8"));
    if (typeof value === "object" && value !== null && "errorType" in value && typeof value.errorType === "string") return value.errorType;
  } catch {
    // Not JSON: it has no type either.
  }
  return "Unknown";
}

function tail(lines: string[]): string {
  let bytes = 0;
  let from = lines.length;
  while (from > 0 && bytes < TAIL_BYTES) bytes += Buffer.byteLength(lines[--from] ?? "") + 1;
  const text = `${lines.slice(from).join("\n")}\n`;
  if (bytes <= TAIL_BYTES) return text;
  return Buffer.from(text).subarray(-TAIL_BYTES).toString("utf8");
}

function readable(stream: unknown): Readable | undefined {
  return typeof stream === "object" && stream !== null && "on" in stream ? (stream as Readable) : undefined;
}
