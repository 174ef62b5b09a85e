import type { SmokeEvent } from "../../../contract/operations/smoke.ts";
import { formatCost, formatDuration, oneLine } from "../../format.ts";
import type { TextRenderer } from "./out.ts";
import { tellShared } from "./shared.ts";

/** One line a hop: what was asked for, so on stdout. */
export const smokeText: TextRenderer<SmokeEvent> = (out) => (event) => {
  switch (event.type) {
    case "stage":
    case "stack":
      return tellShared(out, event);
    case "hop": {
      if (event.state === "running") return;
      const time =
        event.ms === undefined ? "" : `  ${formatDuration(event.ms)} (limit ${formatDuration(event.limitMs)})`;
      return out.result(
        `${event.state.padEnd(7)}  ${event.hop.padEnd(8)}${time}${event.detail ? `  ${oneLine(event.detail, 300)}` : ""}`,
      );
    }
    case "summary":
      out.result(
        `${event.passed ? "passed" : "failed"} in ${formatDuration(event.elapsedMs)}, ${formatCost(event.costUsd)}`,
      );
      if (event.junit) out.line(`report: ${event.junit}`);
  }
};
