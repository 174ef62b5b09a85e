import type { TasksRetryEvent, TasksRunEvent } from "../../../contract/operations/rerun.ts";
import { describeDebugger, describeFetched, describeLetter, describeRetry } from "../../rerun.ts";
import type { TextRenderer } from "./out.ts";
import { submitText } from "./submit.ts";

export const tasksRetryText: TextRenderer<TasksRetryEvent> = (out, now) => {
  const tell = submitText(out, now);
  return (event) => {
    if (event.type === "plan") for (const line of describeRetry(event)) out.line(line);
    else if (event.type !== "summary") tell(event);
    else {
      tell({ ...event, operation: "submit" });
      for (const line of describeLetter(event)) out.line(line);
    }
  };
};

export const tasksRunText: TextRenderer<TasksRunEvent> = (out, now) => {
  const tell = submitText(out, now);
  return (event) => {
    if (event.type === "fetched") for (const line of describeFetched(event)) out.line(line);
    else if (event.type === "debugger") out.line(describeDebugger(event));
    else tell(event.type === "summary" ? { ...event, operation: "submit" } : event);
  };
};
