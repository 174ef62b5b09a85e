import { PipelineError } from "../contract/errors.ts";
import { EXIT, type ExitCode } from "../contract/exit.ts";

/** Why the signal of the whole program was aborted: Ctrl-C or SIGTERM. */
export class InterruptedError extends PipelineError {
  constructor(signal: "SIGINT" | "SIGTERM" | "SIGHUP") {
    super("Interrupted.", { code: "INTERRUPTED", exitCode: signal === "SIGINT" ? EXIT.interrupted : EXIT.terminated });
  }
}

/** @returns what to exit with after the signal was aborted. */
export function interruptedExit(signal: AbortSignal): ExitCode {
  return signal.reason instanceof PipelineError ? signal.reason.exitCode : EXIT.interrupted;
}

/** Iterates until the signal is aborted, and then ends quietly, whether the source ends or throws. */
export async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  try {
    for await (const item of source) {
      yield item;
      if (signal.aborted) return;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
