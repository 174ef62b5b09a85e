import { counted } from "../../../contract/counted.ts";
import type {
  BatchCause,
  BatchEvent,
  BatchProgress,
  BatchSummary,
  Percentiles,
} from "../../../contract/operations/batch.ts";
import { formatCost, formatCount, formatDuration, formatLines } from "../../format.ts";
import { describeError } from "../../timeline.ts";
import { table, type TextRenderer } from "./out.ts";
import { tellShared } from "./shared.ts";

/** A line of progress at most so often. */
const PROGRESS_MS = 2000;

export const batchText: TextRenderer<BatchEvent> = (out, now) => {
  let told = now();
  return (event) => {
    switch (event.type) {
      case "stage":
      case "stack":
        return tellShared(out, event);
      case "batch": {
        const what = event.total === undefined ? "tasks" : counted(event.total, "task");
        return out.line(
          `submitting ${what} from ${event.file === "-" ? "stdin" : event.file}, ${event.concurrency} at once`,
        );
      }
      case "line-invalid":
      case "line-failed":
        return out.line(`line ${event.line}: ${event.message}`);
      case "line-ended":
        if (event.status === "completed") return;
        return out.line(
          `line ${event.line}: ${event.status}, ${event.taskId}${event.error ? `: ${describeError(event.error)}` : ""}`,
        );
      case "line-submitted":
        return;
      case "batch-progress":
        if (now() - told < PROGRESS_MS) return;
        told = now();
        return out.line(progressLine(event));
      case "summary":
        out.result(batchSummaryText(event));
        if (event.next) out.line(`see the tasks: ${event.next}`);
        return;
    }
  };
};

function progressLine({ total, read, submitted, completed, failed, rejected }: BatchProgress): string {
  const of = total === undefined ? "" : ` of ${formatCount(total)}`;
  return `${formatCount(read)}${of} read, ${formatCount(submitted)} accepted, ${formatCount(completed)} completed, ${formatCount(failed)} failed, ${formatCount(rejected)} rejected`;
}

function percentilesText({ p50, p95, max }: Percentiles): string {
  return `p50 ${formatDuration(p50)}, p95 ${formatDuration(p95)}, max ${formatDuration(max)}`;
}

function batchSummaryText(summary: BatchSummary): string {
  const { read, submitted, completed, failed, rejected, inputTokens, outputTokens } = summary;
  const rows = [
    ["tasks", `${formatCount(read)} read, ${formatCount(submitted)} accepted, ${formatCount(rejected)} rejected`],
    ...(completed + failed > 0
      ? [["ended", `${formatCount(completed)} completed, ${formatCount(failed)} failed`]]
      : []),
    ["time", formatDuration(summary.elapsedMs)],
    ...(summary.accept ? [["accepted in", percentilesText(summary.accept)]] : []),
    ...(summary.duration ? [["completed in", percentilesText(summary.duration)]] : []),
    ...(inputTokens + outputTokens > 0
      ? [["tokens", `${formatCount(inputTokens)} in / ${formatCount(outputTokens)} out`]]
      : []),
    ...(completed > 0 ? [["cost", `${formatCost(summary.costUsd)}${summary.offline ? ", offline model" : ""}`]] : []),
  ];
  const causes = summary.causes.map(
    (cause) => `  ${formatCount(cause.count)} x ${cause.cause}: ${cause.message} (${whereText(cause)})`,
  );
  return [table(rows), ...(causes.length > 0 ? ["failures by cause", ...causes] : [])].join("\n");
}

/** Lines, and a task to look at where there is one. */
function whereText(cause: BatchCause): string {
  const task = cause.example.startsWith("line ") ? "" : `; such as ${cause.example}`;
  return `${formatLines(cause)}${task}`;
}
