/**
 * What every AWS client of the runtime shares: no request without a timeout, few tries (the queue is what retries), and
 * kept-alive connections (the SDK's default). Region, credentials and endpoint come from the SDK's own variables.
 * Times are in milliseconds.
 */
export function clientOptions(timeouts: { request?: number; attempts?: number } = {}) {
  return {
    maxAttempts: timeouts.attempts ?? 3,
    requestHandler: {
      connectionTimeout: 2_000,
      requestTimeout: timeouts.request ?? 10_000,
      throwOnRequestTimeout: true,
    },
  };
}

/** @returns the AWS error's name, or undefined for anything else. */
export function awsErrorName(error: unknown): string | undefined {
  return error instanceof Error && "$metadata" in error ? error.name : undefined;
}
