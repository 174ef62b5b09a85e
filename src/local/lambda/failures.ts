/** The payload of a failed invocation, as AWS writes it. */
export interface FailurePayload {
  errorType: string;
  errorMessage: string;
  trace?: string[];
}

/** @returns AWS's payload for a function that ran out of time; `seconds` is its timeout. */
export function timedOut(requestId: string, seconds: number): FailurePayload {
  return { errorType: "Sandbox.Timedout", errorMessage: `RequestId: ${requestId} Error: ${timeoutMessage(seconds)}` };
}

/** `Task timed out after 3.00 seconds`. */
export function timeoutMessage(seconds: number): string {
  return `Task timed out after ${seconds.toFixed(2)} seconds`;
}

/** How a process ended: an exit code or a signal. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** @returns AWS's payload for a runtime that ended before it answered. */
export function exited(requestId: string, exit: Exit): FailurePayload {
  return { errorType: "Runtime.ExitError", errorMessage: `RequestId: ${requestId} Error: ${exitMessage(exit)}` };
}

const SIGNAL_NAMES: Partial<Record<NodeJS.Signals, string>> = {
  SIGKILL: "killed",
  SIGABRT: "aborted",
  SIGSEGV: "segmentation fault",
  SIGTERM: "terminated",
  SIGINT: "interrupt",
};

/** `Runtime exited with error: exit status 1`. */
export function exitMessage({ code, signal }: Exit): string {
  if (signal) return `Runtime exited with error: signal: ${SIGNAL_NAMES[signal] ?? signal.toLowerCase()}`;
  if (code === 0) return "Runtime exited without providing a reason";
  return `Runtime exited with error: exit status ${code}`;
}

/** AWS's payload for a response over its limit. */
export const RESPONSE_TOO_LARGE: FailurePayload = {
  errorType: "Function.ResponseSizeTooLarge",
  errorMessage: "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
};

/** @returns the `errorType` of a failure's payload, or `Unknown`. */
export function errorTypeOf(payload: Buffer): string {
  try {
    const value: unknown = JSON.parse(payload.toString("utf8"));
    if (typeof value === "object" && value !== null && "errorType" in value && typeof value.errorType === "string")
      return value.errorType;
  } catch {
    // Not JSON: it has no type either.
  }
  return "Unknown";
}
