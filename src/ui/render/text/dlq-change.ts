import type { DlqImportEvent, DlqPurgeEvent } from "../../../contract/operations/dlq-change.ts";
import { formatCount } from "../../format.ts";
import { describeImport, describePurge } from "../../letters.ts";
import type { TextRenderer } from "./out.ts";
import { tellShared } from "./shared.ts";

/** A log gets a line every few seconds, not every moment. */
const EVERY_MS = 5000;

export const dlqImportText: TextRenderer<DlqImportEvent> = (out) => {
  let next = EVERY_MS;
  return (event) => {
    switch (event.type) {
      case "stage":
      case "queue":
        return tellShared(out, event);
      case "plan":
        return;
      case "import":
        if (event.ms < next) return;
        next = event.ms + EVERY_MS;
        return out.line(`${formatCount(event.sent)} of ${formatCount(event.count)} sent`);
      case "refused":
        return out.line(`${event.messageId} was not sent: ${event.reason}`);
      case "summary": {
        const [result = "", ...lines] = describeImport(event);
        out.result(result);
        for (const line of lines) out.line(line);
        return;
      }
    }
  };
};

export const dlqPurgeText: TextRenderer<DlqPurgeEvent> = (out) => {
  let next = EVERY_MS;
  return (event) => {
    switch (event.type) {
      case "stage":
      case "queue":
        return tellShared(out, event);
      case "plan":
        return;
      case "purge":
        if (event.ms < next) return;
        next = event.ms + EVERY_MS;
        return out.line(`${formatCount(event.removed)} of about ${formatCount(event.about)} removed`);
      case "summary": {
        const [result = "", ...lines] = describePurge(event);
        out.result(result);
        for (const line of lines) out.line(line);
        return;
      }
    }
  };
};
