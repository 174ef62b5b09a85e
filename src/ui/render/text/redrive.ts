import type { DlqRedriveEvent, RedrivePlan } from "../../../contract/operations/dlq-redrive.ts";
import { formatCount, formatDuration, oneLine } from "../../format.ts";
import { describeCause } from "../../letters.ts";
import {
  describeActive,
  describeAgain,
  describeEnds,
  describeForecast,
  describeMove,
  describePlan,
} from "../../move.ts";
import { describeError } from "../../timeline.ts";
import { describeBounds, describeDecision, describeJudged, describeWatch, describeWatched } from "../../watched.ts";
import { table, type TextRenderer } from "./out.ts";
import { tellShared } from "./shared.ts";

/** A log gets a line every few seconds, not every moment. */
const EVERY_MS = 2000;

export const dlqRedriveText: TextRenderer<DlqRedriveEvent> = (out, now) => {
  let told = "";
  let next = 0;
  let watched = false;
  return (event) => {
    switch (event.type) {
      case "stage":
      case "queue":
      case "stack":
        return tellShared(out, event);
      case "scan":
        return;
      case "plan":
        if (!event.forecast) {
          out.line(describePlan(event));
          return event.watch ? out.line(describeBounds(event.watch)) : undefined;
        }
        out.result(describePlan(event));
        if (event.watch) out.result(describeBounds(event.watch));
        if (event.causes && event.causes.length > 0)
          out.result(table([["GO", "OF", "FINGERPRINT", "WHY"], ...event.causes.map(causeRow)]));
        return out.result(describeForecast(event.forecast, now()).join("\n"));
      case "active":
        return out.line(describeActive(event));
      case "mover":
        return out.line(`${event.by === "service" ? "the service moves them" : "moved from here"}: ${event.why}`);
      case "refused":
        return out.line(`${event.messageId} stays: ${event.reason}`);
      case "move": {
        const text = `${event.status.toLowerCase()}: ${formatCount(event.moved)} of ${formatCount(event.toMove)} moved`;
        const often = event.status === "RUNNING" && (watched || now() < next);
        if (often || text === told) return;
        next = now() + EVERY_MS;
        told = text;
        return out.line(text);
      }
      case "redriven":
        return out.line(
          `${event.taskId} ${event.status}${event.error ? `: ${describeError(event.error)}` : ""} (${event.ended} of ${event.total})`,
        );
      case "judged":
        return event.ok ? undefined : out.line(describeJudged(event));
      case "watched":
        watched = true;
        if (event.moved === 0 || now() < next) return;
        next = now() + EVERY_MS;
        return out.line(describeWatched(event));
      case "decided":
        return out.line(describeDecision(event));
      case "summary": {
        if (event.dryRun) return out.line("nothing was moved");
        const ends = describeEnds(event)
          .map((part) => `, ${part}`)
          .join("");
        const leaving = event.detached && !event.client ? "; the service goes on moving" : "";
        const beside = describeMove(event)
          .map((part) => `, ${part}`)
          .join("");
        out.result(`${formatCount(event.moved)} moved in ${formatDuration(event.elapsedMs)}${beside}${ends}${leaving}`);
        for (const line of event.watch ? describeWatch(event.watch) : []) out.line(line);
        for (const line of describeAgain(event)) out.line(line);
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
