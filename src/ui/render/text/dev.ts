import type { DevEvent } from "../../../contract/operations/dev.ts";
import { describeMark } from "../../consumption.ts";
import { describeActivity, describeFunction, readyText } from "../../dev-lines.ts";
import { formatDuration, formatTime, shortId } from "../../format.ts";
import { describeEvent } from "../../timeline.ts";
import type { TextRenderer } from "./out.ts";

/** `dev --headless`: what happens, a line each. */
export const devText: TextRenderer<DevEvent> = (out, now) => {
  let prefix = "";
  /** Functions that were built anew: every environment tells that it is ready, and only the code's own is news. */
  const building = new Set<string>();
  /** What was told before `ready`, which comes first: it says where all of it happens. */
  let early: string[] | undefined = [];
  const tell = (text: string) => (early ? void early.push(text) : out.result(text));
  let marked: string | undefined;
  return (event) => {
    switch (event.type) {
      case "ready":
        prefix = `${event.app}-${event.stage}-`;
        out.result(readyText(event));
        early?.forEach(out.result);
        early = undefined;
        return;
      case "function":
        if (event.state === "building") building.add(event.name);
        else if (!building.delete(event.name) && event.state === "ready") return;
        return tell(`${formatTime(event.at)}  ${describeFunction(event, prefix)}`);
      case "log":
      case "invocation":
      case "request":
      case "fault":
      case "warning": {
        const text = describeActivity(event, prefix);
        return text ? out.result(`${formatTime(event.at)}  ${text}`) : undefined;
      }
      case "depths": {
        const marks = event.consumption ? describeMark(event.consumption) : ["takes tasks as configured"];
        if (marked !== undefined && marked !== marks.join())
          for (const line of marks) out.result(`${formatTime(event.at)}  ${line}`);
        marked = marks.join();
        return;
      }
      case "stopping":
        return out.line("stopping");
      case "summary":
        return out.line(
          `stopped after ${formatDuration(event.elapsedMs)}: ${event.accepted} accepted, ${event.completed} completed, ${event.deadlettered} dead-lettered`,
        );
      default:
        out.result(`${formatTime(event.at)}  ${shortId(event.taskId)}  ${describeEvent(event, undefined, now()).text}`);
    }
  };
};
