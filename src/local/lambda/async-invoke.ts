import { AwsError, type LocalContext } from "../context.ts";
import type { InvokeResult } from "../interfaces.ts";

/** Lambda's queue for asynchronous invocations: two retries of a failed function, patience with throttles. */
export interface AsyncInvoker {
  enqueue(functionName: string, payload: Buffer, requestId: string): void;
  close(): void;
}

/** Before the first and the second retry. */
const RETRY_DELAYS_MS = [60_000, 120_000];
const MAX_AGE_MS = 6 * 60 * 60 * 1000;
const MAX_THROTTLE_DELAY_MS = 5 * 60 * 1000;

/** Delays and ages are divided by the stack's speed. Events live in memory: they end with the stack. */
export function createAsyncInvoker(
  ctx: LocalContext,
  invoke: (functionName: string, payload: Buffer, requestId: string) => Promise<InvokeResult>,
): AsyncInvoker {
  const ended = new AbortController();

  const run = async (name: string, payload: Buffer, requestId: string) => {
    const acceptedAt = ctx.clock.now();
    let failures = 0;
    let throttles = 0;
    while (!ended.signal.aborted) {
      let wait: number | undefined;
      try {
        const result = await invoke(name, payload, requestId);
        if (!result.functionError) return;
        wait = RETRY_DELAYS_MS[failures++];
      } catch (error) {
        if (!(error instanceof AwsError) || error.code !== "TooManyRequestsException") return;
        wait = Math.min(1000 * 2 ** throttles++, MAX_THROTTLE_DELAY_MS);
      }
      if (wait === undefined || ctx.clock.now() - acceptedAt > MAX_AGE_MS / ctx.speed) {
        return ctx.emit({
          type: "warning",
          at: ctx.clock.now(),
          message: `The asynchronous event ${requestId} of ${name} is dropped: ${
            wait === undefined ? "its retries are used up" : "it was throttled for 6 hours"
          }.`,
        });
      }
      await ctx.clock.sleep(wait / ctx.speed, ended.signal);
    }
  };

  return {
    // A rejection here means the stack ends.
    enqueue: (name, payload, requestId) => void run(name, payload, requestId).catch(() => {}),
    close: () => ended.abort(),
  };
}
