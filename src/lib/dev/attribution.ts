import type { TaskEvent } from "../../contract/event.ts";
import { parseLogMessage } from "../../contract/log-message.ts";
import type { StackActivity } from "../../contract/operations/dev.ts";

/** Knows which task an invocation works on, and so whose log lines are whose. */
export interface Attribution {
  /** An attempt's start names its invocation. */
  note(event: TaskEvent): void;
  /** @returns the activity with the task it is of; of a batch only the lines that name theirs can have one. */
  attribute(activity: StackActivity): StackActivity;
}

export function attributeToTasks(): Attribution {
  /** By the invocation's request id. */
  const tasks = new Map<string, Set<string>>();
  const onlyTask = (requestId: string | undefined) => {
    const found = requestId === undefined ? undefined : tasks.get(requestId);
    return found?.size === 1 ? [...found][0] : undefined;
  };
  return {
    note(event) {
      if (event.type !== "started") return;
      tasks.set(event.requestId, (tasks.get(event.requestId) ?? new Set()).add(event.taskId));
    },
    attribute(activity) {
      if (activity.type !== "log" && activity.type !== "invocation") return activity;
      const named = activity.type === "log" ? parseLogMessage(activity.message).taskId : undefined;
      const taskId = named ?? onlyTask(activity.requestId);
      if (activity.type === "invocation" && activity.state === "ended") tasks.delete(activity.requestId);
      return taskId === undefined ? activity : { ...activity, taskId };
    },
  };
}
