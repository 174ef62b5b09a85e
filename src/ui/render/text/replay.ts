import type { DlqReplayEvent } from "../../../contract/operations/dlq-replay.ts";
import { formatCount } from "../../format.ts";
import { describeExample, describeReplay, describeReplayed } from "../../replay.ts";
import { describeError } from "../../timeline.ts";
import type { TextRenderer } from "./out.ts";
import { tellShared } from "./shared.ts";

/** A log gets a line every few seconds, not every moment. */
const EVERY_MS = 2000;

export const dlqReplayText: TextRenderer<DlqReplayEvent> = (out) => {
  let next = EVERY_MS;
  let plan: Extract<DlqReplayEvent, { type: "plan" }> | undefined;
  return (event) => {
    switch (event.type) {
      case "stage":
      case "queue":
        return tellShared(out, event);
      case "scan":
        return;
      case "plan":
        plan = event;
        for (const line of describeReplay(event)) out.line(line);
        return;
      case "move":
        if (event.ms < next) return;
        next = event.ms + EVERY_MS;
        return out.line(`${formatCount(event.moved)} sent`);
      case "refused":
        return out.line(`${event.messageId} stays: ${event.reason}`);
      case "redriven":
        return out.line(
          `${event.taskId} ${event.status}${event.error ? `: ${describeError(event.error)}` : ""} (${event.ended} of ${event.total})`,
        );
      case "summary": {
        if (event.dryRun && plan) {
          const example = describeExample(plan);
          if (example.length > 0) out.result(example.join("\n"));
          return out.line("nothing was sent");
        }
        const [result = "", ...lines] = describeReplayed(event);
        out.result(result);
        for (const line of lines) out.line(line);
        return;
      }
    }
  };
};
