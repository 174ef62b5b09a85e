import type { ExitCode } from "../exit.ts";
import type { ConsumptionMark } from "../consumption.ts";
import type { StageRef } from "../ports.ts";

/*
 * An operation is an async generator of the events below; three renderers (Ink, plain text, NDJSON) read the same ones.
 * The last event of every operation is its summary. A fatal failure is thrown as a PipelineError instead.
 * As NDJSON each event is one line `{"v":1,"type":...}` with exactly the members of its type.
 */

/**
 * First event of every command that changes something, that works on a stage which is not local, or on one whose consumption
 * somebody changed by hand.
 */
export interface StageShown {
  type: "stage";
  ref: StageRef;
  /** What was changed by hand; absent when nothing was. */
  consumption?: ConsumptionMark;
  /** The command that takes messages again, while nothing is taken. */
  resume?: string;
  /** The compiler's words, while the local stack has no worker that builds. */
  broken?: string;
  /** Why the local stack's worker cannot be started; each try costs a task one of its attempts. */
  failing?: string;
}

/** The command started the embedded stack for itself, because the stage is local and no `dev` runs. */
export interface StackChange {
  type: "stack";
  state: "starting" | "ready" | "stopped";
  /** From `ready` on. */
  endpoint?: string;
  /** Time it took to get ready. */
  ms?: number;
  /** True when the offline model answers. */
  offline?: boolean;
}

/** Ctrl-C while following: the task goes on; this is how to return. */
export interface Detached {
  type: "detached";
  taskId?: string;
  /** A command that works where this one ran. */
  command: string;
}

/** Members of every summary. */
export interface SummaryBase<Name extends string> {
  type: "summary";
  operation: Name;
  /** What the process exits with. */
  exitCode: ExitCode;
}
