import { cutText, SCREEN_TEXT } from "../../cut.ts";
import type { LogsEvent, LogsReading, LogsSummary } from "../../../contract/operations/logs.ts";
import { formatCount } from "../../format.ts";
import { coloured, pipedLine, plain, terminalLine } from "../../log-text.ts";
import type { TextRenderer } from "./out.ts";
import { tellShared } from "./shared.ts";

/** The lines are the result; what is said about them goes to stderr. */
export const logsText: TextRenderer<LogsEvent> = (out) => {
  let raw = false;
  let width = 0;
  let since = 0;
  const paint = out.color ? coloured : plain;
  return (event) => {
    switch (event.type) {
      case "stage":
        return tellShared(out, event);
      case "reading":
        raw = event.raw === true;
        since = event.since;
        width = Math.max(...event.functions.map(({ name }) => name.length));
        return event.follow ? out.line(readingText(event)) : undefined;
      case "line":
        if (raw)
          return out.result(out.terminal ? cutText(event.message, SCREEN_TEXT, "a pipe has all of it") : event.message);
        if (event.kind !== "app" && event.level !== "error") return;
        return out.terminal ? out.painted(terminalLine(event, width, paint)) : out.result(pipedLine(event));
      case "group-missing":
        return out.line(`${event.function} has written nothing yet`);
      case "connection":
        if (event.state === "live") return;
        if (event.state === "reconnecting") return out.line(`reconnecting: ${event.reason}`);
        if (event.reason === undefined) return out.line("connected again");
        out.line(`polling, so lines come some seconds later: ${event.reason}`);
        for (const line of event.hint ?? []) out.line(`  ${line}`);
        return;
      case "summary":
        for (const line of summaryLines(event, since, raw)) out.line(line);
    }
  };
};

function readingText({ functions, ref, taskId }: LogsReading): string {
  const of = taskId === undefined ? "" : ` of task ${taskId}`;
  return `following ${functions.map(({ name }) => name).join(", ")}${of} on stage ${ref.stage} of ${ref.app}; Ctrl-C ends it`;
}

function summaryLines({ lines, machine, detached }: LogsSummary, since: number, raw: boolean): string[] {
  if (lines === 0)
    return detached ? [] : [`no lines since ${new Date(since).toISOString()}; look further back with --since 1d`];
  if (raw || machine === 0) return [];
  return [`${formatCount(machine)} of Lambda's own reports and metrics left out: --raw shows them`];
}
