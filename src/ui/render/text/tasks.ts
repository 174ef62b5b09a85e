import { cutText, JSON_HAS_ALL, SCREEN_TEXT } from "../../cut.ts";
import { counted } from "../../../contract/counted.ts";
import type {
  TasksCancelEvent,
  TasksForgetEvent,
  TasksListEvent,
  TasksShowEvent,
  TaskShown,
} from "../../../contract/operations/tasks.ts";
import { formatCost, formatDuration, formatTime, formatTokens, oneLine } from "../../format.ts";
import { describeError, describeEvent } from "../../timeline.ts";
import { table, type TextRenderer } from "./out.ts";
import { resultText, tellShared } from "./shared.ts";

export const tasksListText: TextRenderer<TasksListEvent> = (out) => {
  const rows: string[][] = [];
  return (event) => {
    if (event.type === "stage") return tellShared(out, event);
    if (event.type === "task") {
      const { taskId, status, acceptedAt, generation, attempt, prompt, error } = event.task;
      const why = error && status !== "completed" ? `${describeError(error)} · ` : "";
      rows.push([
        taskId,
        status,
        acceptedAt,
        generation > 1 ? `${generation}.${attempt}` : String(attempt),
        why + oneLine(prompt, 60),
      ]);
      return;
    }
    if (rows.length === 0) return out.line("no tasks");
    out.result(table([["TASK", "STATUS", "ACCEPTED", "ATTEMPT", "PROMPT"], ...rows]));
    if (event.next) out.line(`more: ${event.next}`);
  };
};

export const tasksShowText: TextRenderer<TasksShowEvent> = (out) => (event) => {
  if (event.type === "stage") return tellShared(out, event);
  if (event.type === "task-detail")
    out.result(taskText(event, out.terminal ? (text) => cutText(text, SCREEN_TEXT, JSON_HAS_ALL) : (text) => text));
};

function taskText({ record, events, result }: TaskShown, fit: (text: string) => string): string {
  const { task } = record;
  const rows = [
    ["task", task.taskId],
    ["status", record.status + (record.retryAt ? `, next attempt at ${record.retryAt}` : "")],
    ["user", task.userId],
    ["accepted", record.acceptedAt],
    ...(record.endedAt
      ? [
          [
            "ended",
            `${record.endedAt}, after ${formatDuration(Date.parse(record.endedAt) - Date.parse(record.acceptedAt))}`,
          ],
        ]
      : []),
    ["prompt", oneLine(task.prompt, 200)],
    ...(task.documentReference ? [["document", task.documentReference]] : []),
    ...(record.error && record.status !== "completed" ? [["error", describeError(record.error)]] : []),
    ...(record.usage.length > 0
      ? [
          [
            "tokens",
            `${formatTokens(record.usage)}, ${formatCost(record.costUsd)}${record.offline ? ", offline model" : ""}`,
          ],
        ]
      : []),
    ...(record.webhook
      ? [
          [
            "webhook",
            `${record.webhook.status}, ${counted(record.webhook.tries, "try", "tries")}${record.webhook.lastError ? `: ${record.webhook.lastError}` : ""}`,
          ],
        ]
      : []),
    ...(record.resultRef ? [["result at", record.resultRef]] : []),
  ];
  const timeline = events.map(
    (event, index) => `  ${formatTime(event.at)}  ${describeEvent(event, events[index - 1]).text}`,
  );
  return [table(rows), "timeline", ...timeline, ...(result === undefined ? [] : ["", fit(resultText(result))])].join(
    "\n",
  );
}

export const tasksCancelText: TextRenderer<TasksCancelEvent> = (out) => (event) => {
  if (event.type === "stage") return tellShared(out, event);
  out.result(`${event.taskId} ${event.status}`);
};

export const tasksForgetText: TextRenderer<TasksForgetEvent> = (out) => (event) => {
  if (event.type === "stage") return tellShared(out, event);
  if (event.type !== "summary") return;
  const { userId, tasks, documents, deadLetters, cancelled, again } = event;
  const parts = [counted(tasks, "task"), counted(documents, "document"), counted(deadLetters, "dead letter")];
  out.result(`removed of ${oneLine(userId, 100)}: ${parts.join(", ")}`);
  if (cancelled > 0)
    out.line(`${counted(cancelled, "task")} had not ended, and ${cancelled === 1 ? "is" : "are"} cancelled`);
  if (again) out.line(`when their messages are gone, remove them too: ${again}`);
};
