import type { TaskEvent } from "../../../contract/event.ts";
import type { SubmitEvent } from "../../../contract/operations/submit.ts";
import { formatBytes, formatDuration } from "../../format.ts";
import { describeCrash, describeEvent, describeSubmitted, describeTimeout } from "../../timeline.ts";
import type { TextRenderer } from "./out.ts";
import { describeConnection, resultOnScreen, resultText, tellShared } from "./shared.ts";

/** The timeline on stderr; on stdout the result, or the task's id when nobody waits for one. */
export const submitText: TextRenderer<SubmitEvent> = (out, now) => {
  let previous: TaskEvent | undefined;
  return (event) => {
    switch (event.type) {
      case "stage":
      case "stack":
      case "detached":
        return tellShared(out, event);
      case "uploaded":
        return out.line(`uploaded ${event.path} (${formatBytes(event.bytes)}) in ${formatDuration(event.ms)}`);
      case "submitted":
        return describeSubmitted(event).forEach((line) => out.line(line));
      case "connection": {
        const text = describeConnection(event);
        return text ? out.line(text) : undefined;
      }
      case "function-ended":
        return out.line(describeCrash(event));
      case "token":
        return;
      case "accepted":
        previous = event;
        return;
      case "summary":
        if (event.timedOut) out.line(describeTimeout(event));
        if (event.result !== undefined)
          return out.result(out.terminal ? resultOnScreen(event.result) : resultText(event.result));
        if (event.status === "completed") return out.line("completed without a result");
        if (!event.detached && !event.timedOut && event.exitCode === 0) out.result(event.taskId);
        return;
      default:
        out.line(describeEvent(event, previous, now()).text);
        previous = event;
    }
  };
};
