/** The figures of one invocation, as its REPORT line tells them. */
export interface Report {
  requestId: string;
  durationMs: number;
  /** Only of the first invocation of an environment. */
  initMs?: number;
  memory: number;
  maxMemoryMb?: number;
  status: "success" | "error" | "timeout";
  errorType?: string;
}

/** The lines that Lambda itself writes into a function's log, as text or as JSON. */
export interface PlatformLines {
  start(requestId: string): string;
  end(requestId: string): string | undefined;
  report(report: Report): string;
  /** An init that failed. */
  initReport(ms: number, status: "error" | "timeout", errorType: string): string;
}

const fixed = (ms: number) => ms.toFixed(2);

const TEXT: PlatformLines = {
  start: (id) => `START RequestId: ${id} Version: $LATEST`,
  end: (id) => `END RequestId: ${id}`,
  report(r) {
    const billed = Math.ceil(r.durationMs + (r.initMs ?? 0));
    const parts = [
      `REPORT RequestId: ${r.requestId}`,
      `Duration: ${fixed(r.durationMs)} ms`,
      `Billed Duration: ${billed} ms`,
      `Memory Size: ${r.memory} MB`,
    ];
    if (r.maxMemoryMb !== undefined) parts.push(`Max Memory Used: ${r.maxMemoryMb} MB`);
    if (r.initMs !== undefined) parts.push(`Init Duration: ${fixed(r.initMs)} ms`);
    if (r.status !== "success") parts.push(`Status: ${r.status}`);
    if (r.errorType) parts.push(`Error Type: ${r.errorType}`);
    return `${parts.join("\t")}\t`;
  },
  initReport: (ms, status, type) =>
    `INIT_REPORT Init Duration: ${fixed(ms)} ms\tPhase: init\tStatus: ${status}\tError Type: ${type}`,
};

const jsonLines = (now: () => number): PlatformLines => {
  const line = (type: string, record: unknown) => JSON.stringify({ time: new Date(now()).toISOString(), type, record });
  return {
    start: (requestId) => line("platform.start", { requestId, version: "$LATEST" }),
    end: () => undefined,
    report: (r) =>
      line("platform.report", {
        requestId: r.requestId,
        metrics: {
          durationMs: Number(fixed(r.durationMs)),
          billedDurationMs: Math.ceil(r.durationMs + (r.initMs ?? 0)),
          memorySizeMB: r.memory,
          ...(r.maxMemoryMb === undefined ? {} : { maxMemoryUsedMB: r.maxMemoryMb }),
          ...(r.initMs === undefined ? {} : { initDurationMs: Number(fixed(r.initMs)) }),
        },
        status: r.status === "error" ? "failure" : r.status,
        ...(r.errorType ? { errorType: r.errorType } : {}),
      }),
    initReport: (ms, status, errorType) =>
      line("platform.initReport", {
        initializationType: "on-demand",
        phase: "init",
        status,
        errorType,
        metrics: { durationMs: Number(fixed(ms)) },
      }),
  };
};

/** @returns the platform's lines in the function's log format. */
export function platformLines(format: "Text" | "JSON", now: () => number): PlatformLines {
  return format === "JSON" ? jsonLines(now) : TEXT;
}
