import type { FunctionRecord } from "./definition.ts";
import type { EnvironmentLog } from "./environment-log.ts";
import { errorTypeOf, type Exit } from "./failures.ts";
import type { PlatformLines } from "./report.ts";

/** Why an environment never became ready. */
export interface InitFailure {
  /** The runtime's own words, when it had some. */
  payload?: Buffer;
  exit: Exit;
  timedOut: boolean;
  /**
   * Ends the invocation that waited for this environment: its START, END and REPORT lines follow the init's, as on AWS.
   * @returns the last 4 KB of the log, the init's lines among them.
   */
  tell(requestId: string): string;
}

interface Init {
  record: FunctionRecord;
  log: EnvironmentLog;
  lines: PlatformLines;
  durationMs: number;
  exit: Exit;
  timedOut: boolean;
  payload: Buffer | undefined;
}

/** Writes the INIT_REPORT of an init that failed. */
export function failInit({ record, log, lines, durationMs, exit, timedOut, payload }: Init): InitFailure {
  const errorType = payload ? errorTypeOf(payload) : timedOut ? "Sandbox.Timedout" : "Runtime.ExitError";
  const status = timedOut ? "timeout" : "error";
  log.capture.platform(lines.initReport(durationMs, status, errorType));
  return {
    exit,
    timedOut,
    ...(payload ? { payload } : {}),
    tell(requestId) {
      log.resume(requestId);
      log.capture.platform(lines.start(requestId));
      const end = lines.end(requestId);
      if (end) log.capture.platform(end);
      log.capture.platform(
        lines.report({ requestId, durationMs, memory: record.definition.memory, status, errorType }),
      );
      return log.end();
    },
  };
}
