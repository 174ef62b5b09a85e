import type { TaskEvent } from "../../../contract/event.ts";
import type { WatchEvent } from "../../../contract/operations/watch.ts";
import { formatTime } from "../../format.ts";
import { describeEvent, describeTimeout } from "../../timeline.ts";
import type { TextRenderer } from "./out.ts";
import { describeConnection, resultOnScreen, resultText, tellShared } from "./shared.ts";

/** One task: its timeline on stderr, its result on stdout. All tasks: their lines are the result. */
export const watchText: TextRenderer<WatchEvent> = (out, now) => {
  let one = true;
  let previous: TaskEvent | undefined;
  return (event) => {
    switch (event.type) {
      case "watching":
        one = event.taskId !== undefined;
        return out.line(`watching ${one ? event.taskId : "all tasks"} on stage ${event.ref.stage} of ${event.ref.app}`);
      case "stage":
        return tellShared(out, event);
      case "detached":
        return one ? tellShared(out, event) : undefined;
      case "connection": {
        const text = describeConnection(event);
        return text ? out.line(text) : undefined;
      }
      case "token":
        return;
      case "summary":
        if (event.timedOut && event.task) out.line(describeTimeout(event.task));
        if (event.task?.result !== undefined)
          out.result(out.terminal ? resultOnScreen(event.task.result) : resultText(event.task.result));
        return;
      default: {
        const { text } = describeEvent(event, one ? previous : undefined, now());
        previous = event;
        if (one) return out.line(text);
        return out.result(`${formatTime(event.at)}  ${event.taskId}  ${text}`);
      }
    }
  };
};
