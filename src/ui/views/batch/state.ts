import type { Operations } from "../../../contract/operations/index.ts";
import { describeError } from "../../timeline.ts";
import { addPlace } from "../../place.ts";
import { addLine, type FinishedLine } from "../../scrollback.ts";

export type BatchEvent = Operations["batch"];

/** Failures scroll above; the bar and, at the end, the summary stay below. */
export interface BatchState {
  lines: FinishedLine[];
  started?: Extract<BatchEvent, { type: "batch" }>;
  progress?: Extract<BatchEvent, { type: "batch-progress" }>;
  summary?: Extract<BatchEvent, { type: "summary" }>;
}

export const initialBatch: BatchState = { lines: [] };

export function reduceBatch(state: BatchState, event: BatchEvent): BatchState {
  switch (event.type) {
    case "stage":
      return { ...state, lines: addPlace(state.lines, event) };
    case "batch":
      return { ...state, started: event };
    case "batch-progress":
      return { ...state, progress: event };
    case "summary":
      return { ...state, summary: event };
    case "line-invalid":
      return fail(state, `line ${event.line}: ${event.message}`);
    case "line-failed":
      return fail(state, `line ${event.line}: ${event.message}`);
    case "line-ended":
      if (event.status === "completed") return state;
      return fail(state, `line ${event.line}: ${event.status}${event.error ? `: ${describeError(event.error)}` : ""}`);
    default:
      return state;
  }
}

function fail(state: BatchState, text: string): BatchState {
  return { ...state, lines: addLine(state.lines, "fail", text) };
}
