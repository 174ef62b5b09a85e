import { fullStop } from "../../contract/full-stop.ts";
import { AwsError, type LocalContext } from "../context.ts";
import type { FunctionHost, InvokeResult } from "../interfaces.ts";
import { isObject } from "../wire/objects.ts";

/** Longest wait for a function behind a WebSocket API. */
const INTEGRATION_TIMEOUT_MS = 29_000;

type Outcome = { answer: Record<string, unknown>; status: number } | { failure: string };

/** Runs a function as a proxy integration: its answer must be an object with `statusCode`. */
async function integrate(
  ctx: LocalContext,
  host: FunctionHost,
  functionName: string,
  payload: string,
): Promise<Outcome> {
  const timer = new AbortController();
  const timeout = ctx.clock.sleep(INTEGRATION_TIMEOUT_MS, timer.signal).catch(() => undefined);
  const running = host.invoke(functionName, payload);
  try {
    const result = await Promise.race([running, timeout.then(() => undefined)]);
    if (!result) return { failure: "Endpoint request timed out" };
    return readResult(ctx, functionName, result);
  } catch (error) {
    const reason = error instanceof AwsError ? error.message : "it could not be run";
    ctx.emit({ type: "warning", at: ctx.clock.now(), message: `${functionName}: ${fullStop(reason)}` });
    return { failure: "Internal server error" };
  } finally {
    timer.abort();
    running.catch(() => undefined);
  }
}

function readResult(ctx: LocalContext, functionName: string, result: InvokeResult): Outcome {
  if (result.functionError) return { failure: "Internal server error" };
  const answer = parse(result.payload);
  const status = isObject(answer) ? Number(answer["statusCode"]) : Number.NaN;
  if (isObject(answer) && Number.isInteger(status) && status >= 100 && status <= 599) return { answer, status };
  const message = `${functionName} answered without a statusCode; a WebSocket API takes that for a failure.`;
  ctx.emit({ type: "warning", at: ctx.clock.now(), message });
  return { failure: "Internal server error" };
}

function parse(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** Runs the function for `$connect`; any status but 2xx refuses the client. */
export async function integrateConnect(
  ctx: LocalContext,
  host: FunctionHost,
  functionName: string,
  payload: string,
): Promise<{ status: number; message?: string; protocol?: string }> {
  const outcome = await integrate(ctx, host, functionName, payload);
  if ("failure" in outcome)
    return { status: outcome.failure.startsWith("Endpoint") ? 504 : 500, message: outcome.failure };
  const headers = isObject(outcome.answer["headers"]) ? outcome.answer["headers"] : {};
  const protocol = Object.entries(headers).find(([name]) => name.toLowerCase() === "sec-websocket-protocol")?.[1];
  return { status: outcome.status, ...(typeof protocol === "string" ? { protocol } : {}) };
}

/** Runs the function for a message. Its body is dropped: no route has a route response. @returns what to tell the client, if it failed. */
export async function integrateMessage(
  ctx: LocalContext,
  host: FunctionHost,
  functionName: string,
  payload: string,
): Promise<string | undefined> {
  const outcome = await integrate(ctx, host, functionName, payload);
  return "failure" in outcome ? outcome.failure : undefined;
}

/** @returns the route of a message by `$request.body.action`, `$default` for any other; undefined when neither is there. */
export function selectRoute(routes: ReadonlySet<string>, data: Buffer, binary: boolean): string | undefined {
  const body = binary ? undefined : parse(data);
  const action = isObject(body) ? body["action"] : undefined;
  if (typeof action === "string" && !action.startsWith("$") && routes.has(action)) return action;
  return routes.has("$default") ? "$default" : undefined;
}
