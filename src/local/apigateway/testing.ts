import { randomUUID } from "node:crypto";
import { type Clock, systemClock } from "../../contract/clock.ts";
import { AwsError, type LocalContext, type StackEvent } from "../context.ts";
import { createFaults, type Faults } from "../faults/index.ts";
import type { FunctionHost, InvokeResult } from "../interfaces.ts";
import { createKernel } from "../kernel.ts";
import { createRouter, type Router, type RouterApis, type RouterServices } from "../router.ts";
import { listen } from "../server.ts";
import { isObject } from "../wire/objects.ts";

/** What a test's function is: it gets the parsed event, and what it throws is its error. */
export type TestFunction = (event: Record<string, unknown>) => unknown;

export interface InProcessHost extends FunctionHost {
  /** Every event each function got, in order. */
  events(functionName: string): Record<string, unknown>[];
}

/** A FunctionHost that runs plain functions in this process, with Lambda's errors. */
export function inProcessHost(functions: Record<string, TestFunction>): InProcessHost {
  const events = new Map<string, Record<string, unknown>[]>();
  return {
    events: (name) => events.get(name) ?? [],
    has: (name) => Object.hasOwn(functions, name),
    warm() {},
    async invoke(name, payload): Promise<InvokeResult> {
      const run = functions[name];
      if (!run) throw new AwsError("ResourceNotFoundException", `Function not found: ${name}`, { status: 404 });
      const parsed: unknown = JSON.parse(payload.toString());
      const event = isObject(parsed) ? parsed : {};
      events.set(name, [...(events.get(name) ?? []), event]);
      const base = { requestId: randomUUID(), logTail: "", durationMs: 0 };
      try {
        const result = await run(event);
        return { ...base, payload: Buffer.from(JSON.stringify(result ?? null)) };
      } catch (error) {
        if (error instanceof AwsError) throw error;
        const errorMessage = error instanceof Error ? error.message : String(error);
        return {
          ...base,
          functionError: "Unhandled",
          payload: Buffer.from(JSON.stringify({ errorType: "Error", errorMessage, trace: [] })),
        };
      }
    },
  };
}

export const TEST_TOKEN = "control-token";

export interface TestStack {
  ctx: LocalContext;
  endpoint: string;
  port: number;
  router: Router;
  faults: Faults;
  events: StackEvent[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** A kernel, a router and a real server on a free port, with the services and APIs that a test makes. */
export async function startTestStack(
  make: (ctx: LocalContext, faults: Faults) => { services?: Partial<RouterServices>; apis?: RouterApis },
  options: { clock?: Clock; seed?: number } = {},
): Promise<TestStack> {
  const events: StackEvent[] = [];
  const clock = options.clock ?? systemClock;
  const kernel = await createKernel({
    clock,
    speed: 1,
    random: Math.random,
    onEvent: (event) => void events.push(event),
  });
  const ctx = kernel.context;
  const faults = createFaults({ seed: options.seed ?? 1, clock, emit: ctx.emit });
  const { services = {}, apis = {} } = make(ctx, faults);
  const router = createRouter(ctx, { ...services, faults, controlToken: TEST_TOKEN });
  router.use(apis);
  const server = await listen({ port: 0, ...router });
  kernel.setEndpoint(server.endpoint);
  const closable = [services.model, services.ssm, services.sts, apis.http, apis.socket];
  return {
    ctx,
    endpoint: server.endpoint,
    port: server.port,
    router,
    faults,
    events,
    async [Symbol.asyncDispose]() {
      for (const service of closable) await service?.close();
      await server.close();
    },
  };
}

/** Waits until a condition holds. @throws after five seconds, with what was waited for. */
export async function until<T>(what: string, find: () => T | undefined | false): Promise<T> {
  const end = Date.now() + 5_000;
  for (;;) {
    const found = find();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`Waited in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
