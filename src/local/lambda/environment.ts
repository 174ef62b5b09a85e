import { randomBytes } from "node:crypto";
import { logGroupName } from "../../contract/resources.ts";
import type { LocalContext } from "../context.ts";
import type { LogSink } from "../interfaces.ts";
import { type Child, startChild } from "./child.ts";
import { childEnvironment, nodeArguments } from "./child-environment.ts";
import type { FunctionRecord } from "./definition.ts";
import { createEnvironmentLog } from "./environment-log.ts";
import type { Environment, EnvironmentEvents, Invocation, Outcome } from "./environment-types.ts";
import {
  errorTypeOf,
  type Exit,
  exited,
  exitMessage,
  type FailurePayload,
  RESPONSE_TOO_LARGE,
  timedOut,
  timeoutMessage,
} from "./failures.ts";
import { failInit } from "./init-failure.ts";
import type { Reaper } from "./reaper.ts";
import { platformLines } from "./report.ts";
import type { Answer, NextEvent, RuntimeApi, RuntimePeer } from "./runtime-api.ts";

export type { Environment, EnvironmentEvents, Outcome } from "./environment-types.ts";

export interface EnvironmentDeps {
  ctx: LocalContext;
  logs: LogSink;
  runtimeApi: RuntimeApi;
  reaper: Reaper;
  /** The bootstrap's file. */
  bootstrap: string;
  /** The stack is being stopped: what it ends now has not failed. */
  stopping(): boolean;
}

/** AWS gives the init phase this long. */
const INIT_TIMEOUT_MS = 10_000;

interface Running {
  invocation: Invocation;
  startedAt: number;
  timer: NodeJS.Timeout | undefined;
  /** Set when the process is to die in its midst. */
  crash?: NodeJS.Timeout;
  timedOut: boolean;
  /** Init Duration belongs to the first. */
  initMs: number | undefined;
  /** Set when the runtime has answered: ends the invocation with its answer. */
  complete?: () => void;
  resolve(outcome: Outcome): void;
}

type Status = "success" | "error" | "timeout";

/** Starts a process for a function; it tells by `events` when it is ready or could not be. */
export function startEnvironment(
  record: FunctionRecord,
  deps: EnvironmentDeps,
  events: EnvironmentEvents,
): Environment {
  const { ctx } = deps;
  const { definition } = record;
  const { name } = definition;
  const now = () => ctx.clock.now();
  const lines = platformLines(definition.logFormat, now);
  const log = createEnvironmentLog(ctx, deps.logs, definition.logGroup ?? logGroupName(name));
  const timeoutMs = definition.timeout * 1000;
  const debugging = definition.inspect !== undefined;
  const startedAt = performance.now();
  const gone = Promise.withResolvers<void>();

  let child: Child | undefined;
  let running: Running | undefined;
  let sendNext: ((event: NextEvent) => void) | undefined;
  let initMs: number | undefined;
  let initError: Buffer | undefined;
  let initTimedOut = false;
  let used = false;
  let killed = false;
  let maxRssKb: number | undefined;
  let release = () => {};

  const kill = () => {
    killed = true;
    child?.kill();
  };

  const initTimer = setTimeout(() => {
    if (debugging) return;
    initTimedOut = true;
    kill();
  }, INIT_TIMEOUT_MS);

  const finish = (status: Status, payload: Buffer, durationMs: number) => {
    const run = running;
    if (!run) return;
    clearTimeout(run.timer);
    clearTimeout(run.crash);
    const { requestId } = run.invocation;
    const error = status === "success" ? undefined : errorTypeOf(payload);
    log.capture.end();
    log.capture.reset();
    const end = lines.end(requestId);
    if (end) log.capture.platform(end);
    log.capture.platform(
      lines.report({
        requestId,
        durationMs,
        memory: definition.memory,
        status,
        ...(maxRssKb === undefined ? {} : { maxMemoryMb: Math.ceil(maxRssKb / 1024) }),
        ...(run.initMs === undefined ? {} : { initMs: run.initMs }),
        ...(error === undefined ? {} : { errorType: error }),
      }),
    );
    running = undefined;
    const logTail = log.end();
    const cause = error === undefined ? {} : deps.stopping() ? { stopped: true as const } : { error };
    ctx.emit({ type: "invocation", at: now(), name, requestId, state: "ended", ms: durationMs, ...cause });
    run.resolve({ ok: status === "success", payload, durationMs, logTail });
  };

  const fail = (payload: FailurePayload, run: Running, status: "error" | "timeout" = "error") =>
    finish(
      status,
      Buffer.from(JSON.stringify(payload)),
      status === "timeout" ? timeoutMs : performance.now() - run.startedAt,
    );

  const complete = (run: Running, answer: Answer, durationMs: number) => {
    if (answer.tooLarge) fail(RESPONSE_TOO_LARGE, run);
    else finish(answer.kind === "response" ? "success" : "error", answer.body, durationMs);
    becomeIdle();
  };

  const becomeIdle = () => {
    if (running || !sendNext || killed) return;
    environment.idleSince = performance.now();
    events.onIdle(environment);
  };

  const peer: RuntimePeer = {
    onNext(send) {
      sendNext = send;
      if (initMs === undefined) {
        initMs = performance.now() - startedAt;
        clearTimeout(initTimer);
        log.capture.reset();
      }
      becomeIdle();
    },
    onAnswer(requestId, answer) {
      const run = running;
      if (run?.invocation.requestId !== requestId || run.timedOut || run.complete) return false;
      clearTimeout(run.timer);
      maxRssKb = answer.maxRssKb ?? maxRssKb;
      const durationMs = performance.now() - run.startedAt;
      // It dies as it answers: what it did is done, and nobody hears of it.
      if (run.crash) return (kill(), true);
      run.complete = () => complete(run, answer, durationMs);
      // What the handler printed lies in the pipes by now; one full turn of the loop has read it all.
      setImmediate(() => setImmediate(() => running === run && run.complete?.()));
      return true;
    },
    onInitError: (body) => void (initError = body),
  };

  const breakOff = (run: Running, exit: Exit) => {
    const { requestId } = run.invocation;
    if (run.complete) return run.complete();
    if (run.timedOut) {
      log.capture.platform(`${new Date(now()).toISOString()} ${requestId} ${timeoutMessage(definition.timeout)}`);
      return fail(timedOut(requestId, definition.timeout), run, "timeout");
    }
    if (!deps.stopping()) log.capture.platform(`RequestId: ${requestId} Error: ${exitMessage(exit)}`);
    fail(exited(requestId, exit), run);
  };

  const onExit = (exit: Exit) => {
    killed = true;
    sendNext = undefined;
    clearTimeout(initTimer);
    release();
    log.capture.end();
    if (initMs === undefined) {
      const init = { record, log, lines, exit, timedOut: initTimedOut, payload: initError };
      events.onInitFailure(environment, failInit({ ...init, durationMs: performance.now() - startedAt }));
    } else if (running) breakOff(running, exit);
    log.flush();
    events.onGone(environment);
    gone.resolve();
  };

  const launch = async () => {
    const registration = await deps.runtimeApi.register(peer);
    release = registration.release;
    if (killed) return onExit({ code: null, signal: "SIGKILL" });
    const around = {
      region: ctx.region,
      endpoint: ctx.endpoint(),
      runtimeApi: registration.address,
      logStream: log.stream,
    };
    child = startChild({
      args: [...nodeArguments(record), deps.bootstrap],
      cwd: definition.codeDir,
      env: childEnvironment(record, around),
      capture: log.capture,
      reaper: deps.reaper,
      onExit,
    });
  };

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
      const { requestId } = invocation;
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      const run: Running = {
        invocation,
        startedAt: performance.now(),
        timer: undefined,
        timedOut: false,
        initMs: used ? undefined : initMs,
        resolve,
      };
      running = run;
      if (!debugging) {
        run.timer = setTimeout(() => {
          run.timedOut = true;
          kill();
        }, timeoutMs);
      }
      if (invocation.crashAfterMs !== undefined) run.crash = setTimeout(kill, invocation.crashAfterMs);
      const at = now();
      ctx.emit({ type: "invocation", at, name, requestId, state: "started", cold: !used });
      used = true;
      log.begin(requestId);
      log.capture.platform(lines.start(requestId));
      const { payload, clientContext } = invocation;
      const deadline = Date.now() + timeoutMs;
      const event = { requestId, payload, deadline, functionArn: record.arn, traceId: traceId(at) };
      send(clientContext === undefined ? event : { ...event, clientContext });
      return promise;
    },
    kill,
    gone: gone.promise,
  };
  launch().catch((error: unknown) => {
    log.capture.platform(
      `[local stack] The environment could not be started: ${error instanceof Error ? error.message : String(error)}`,
    );
    onExit({ code: 1, signal: null });
  });
  return environment;
}

function traceId(at: number): string {
  return `Root=1-${Math.floor(at / 1000).toString(16)}-${randomBytes(12).toString("hex")};Parent=${randomBytes(8).toString("hex")};Sampled=0`;
}
