import { errorToJson, type PipelineError } from "../../contract/errors.ts";
import type { Io } from "./io.ts";

/** Version of the machine output: `{"v":1,"type":...}`, one event a line. Members are only ever added within a version. */
export const OUTPUT_VERSION = 1;

/** Writes one event as a line on stdout. */
export function writeEvent(io: Io, event: object): void {
  io.stdout.write(`${JSON.stringify({ v: OUTPUT_VERSION, ...event })}\n`);
}

/** The last line when an operation failed: `type` is `error`. */
export function writeErrorEvent(io: Io, error: PipelineError, stack?: string): void {
  writeEvent(io, { type: "error", ...errorToJson(error), exitCode: error.exitCode, ...(stack ? { stack } : {}) });
}

/**
 * Events as lines. Whoever starts `dev` waits for its first line to learn the endpoint: what happens before is told after.
 *
 * @param first type of the event that must come first; absent: any.
 */
export function createNdjson(io: Io, first?: string): { write(event: { type: string }): void; flush(): void } {
  let held: object[] | undefined = first === undefined ? undefined : [];
  const flush = () => {
    for (const event of held ?? []) writeEvent(io, event);
    held = undefined;
  };
  return {
    write(event) {
      if (held && event.type !== first) return void held.push(event);
      if (held) {
        writeEvent(io, event);
        return flush();
      }
      writeEvent(io, event);
    },
    flush,
  };
}
