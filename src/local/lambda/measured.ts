import { AwsError } from "../context.ts";
import type { FunctionMetrics } from "../interfaces.ts";
import type { Host } from "./host.ts";

/** Tells of a host's invocations as they end. */
export function measured(host: Host, metrics: FunctionMetrics): Host {
  return {
    ...host,
    async invoke(name, payload, options) {
      const pending = host.invoke(name, payload, options);
      // A throttled invocation is refused at once and counts no more.
      const concurrent = host.running(name);
      try {
        const result = await pending;
        metrics.ended(name, { durationMs: result.durationMs, failed: result.functionError !== undefined, concurrent });
        return result;
      } catch (error) {
        if (error instanceof AwsError && error.code === "TooManyRequestsException") metrics.throttled(name);
        throw error;
      }
    },
  };
}
