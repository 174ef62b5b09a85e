import type { DlqRedriveEvent, RedrivePlan } from "../../../contract/operations/dlq.ts";
import { formatCount, formatDuration, oneLine } from "../../format.ts";
import { describeCause } from "../../letters.ts";
import { describeForecast, describeMove, describePlan } from "../../move.ts";
import { describeError } from "../../timeline.ts";
import { table, type TextRenderer } from "./out.ts";
import { tellShared } from "./shared.ts";

export const dlqRedriveText: TextRenderer<DlqRedriveEvent> = (out, now) => {
  let told = "";
  return (event) => {
    switch (event.type) {
      case "stage":
      case "queue":
      case "stack":
        return tellShared(out, event);
      case "scan":
        return;
      case "plan":
        if (!event.forecast) return out.line(describePlan(event));
        out.result(describePlan(event));
        if (event.causes && event.causes.length > 0)
          out.result(table([["GO", "OF", "FINGERPRINT", "WHY"], ...event.causes.map(causeRow)]));
        return out.result(describeForecast(event.forecast, now()).join("\n"));
      case "mover":
        return out.line(`${event.by === "service" ? "the service moves them" : "moved from here"}: ${event.why}`);
      case "refused":
        return out.line(`${event.messageId} stays: ${event.reason}`);
      case "move": {
        const text = `${event.status.toLowerCase()}: ${formatCount(event.moved)} of ${formatCount(event.toMove)} moved`;
        if (text !== told) out.line(text);
        told = text;
        return;
      }
      case "redriven":
        return out.line(
          `${event.taskId} ${event.status}${event.error ? `: ${describeError(event.error)}` : ""} (${event.ended} of ${event.total})`,
        );
      case "summary": {
        if (event.dryRun) return out.line("nothing was moved");
        const ends =
          event.completed === undefined
            ? ""
            : `, ${formatCount(event.completed)} completed, ${formatCount(event.failed ?? 0)} failed`;
        const leaving = event.detached && !event.client ? "; the service goes on moving" : "";
        const beside = describeMove(event)
          .map((part) => `, ${part}`)
          .join("");
        out.result(`${formatCount(event.moved)} moved in ${formatDuration(event.elapsedMs)}${beside}${ends}${leaving}`);
        if (event.resume) out.line(`go on: ${event.resume}`);
        return;
      }
    }
  };
};

const causeRow = ({ cause, count, go }: NonNullable<RedrivePlan["causes"]>[number]) => [
  formatCount(go),
  formatCount(count),
  cause.fingerprint,
  oneLine(describeCause(cause), 120),
];
