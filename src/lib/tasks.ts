import type { TaskStatus } from "../contract/event.ts";
import { EXIT } from "../contract/exit.ts";
import type { TasksCancelEvent, TasksListEvent, TasksShowEvent } from "../contract/operations/tasks.ts";
import { findTask, wholeTaskId } from "./find-task.ts";
import { invocation } from "./installation.ts";
import type { Workplace } from "./services.ts";
import { enterStage, type StageChoice } from "./stage.ts";
import { stageFlags } from "./stage-choice.ts";
import { knowing, unknownTask } from "./unknown-task.ts";

export interface TasksListInput {
  choice: StageChoice;
  status?: TaskStatus;
  limit: number;
  cursor?: string;
}

/** Lists tasks, newest first. */
export async function* listTasks(input: TasksListInput, place: Workplace): AsyncGenerator<TasksListEvent> {
  const stage = yield* enterStageForReading(input.choice, place);
  try {
    const { status, limit, cursor } = input;
    const page = await stage.client.reader.list({
      limit,
      ...(status ? { status } : {}),
      ...(cursor ? { cursor } : {}),
    });
    for (const task of page.tasks) yield { type: "task", task };
    const next = page.cursor
      ? {
          cursor: page.cursor,
          next: `${invocation(place.installation, place.cwd)} tasks list${status ? ` --status ${status}` : ""} --limit ${limit} --cursor ${page.cursor}${stageFlags(input.choice)}`,
        }
      : {};
    yield { type: "summary", operation: "tasks-list", exitCode: EXIT.completed, count: page.tasks.length, ...next };
  } finally {
    await stage.close();
  }
}

/** Shows all that is known of one task. */
export async function* showTask(
  input: { choice: StageChoice; taskId: string },
  place: Workplace,
): AsyncGenerator<TasksShowEvent> {
  const stage = yield* enterStageForReading(input.choice, place);
  try {
    const { reader } = stage.client;
    const record = await findTask(input.taskId, reader);
    if (!record) throw unknownTask(input.taskId, { ref: stage.client.ref, choice: input.choice, place });
    const { taskId } = record.task;
    const [events, result] = await Promise.all([reader.events(taskId), reader.result(record)]);
    yield { type: "task-detail", record, events, ...(result === undefined ? {} : { result }) };
    yield { type: "summary", operation: "tasks-show", exitCode: EXIT.completed, taskId };
  } finally {
    await stage.close();
  }
}

/** Cancels a task: one that waits never runs, one that runs is told to stop. */
export async function* cancelTask(
  input: { choice: StageChoice; taskId: string },
  place: Workplace,
): AsyncGenerator<TasksCancelEvent> {
  const stage = yield* enterStageForChange(input.choice, place);
  try {
    const { control, reader, ref } = stage.client;
    const { choice } = input;
    const taskId = await wholeTaskId(input.taskId, reader);
    const record = await knowing(taskId, { ref, choice, place }, () => control.cancel(taskId));
    yield {
      type: "summary",
      operation: "tasks-cancel",
      exitCode: EXIT.completed,
      taskId,
      status: record.status,
    };
  } finally {
    await stage.close();
  }
}

/** Narrows `enterStage` to commands that never start a stack: no `stack` events. */
async function* enter(choice: StageChoice, place: Workplace, show: boolean) {
  const entering = enterStage(choice, place, { startLocal: false, show });
  for (;;) {
    const step = await entering.next();
    if (step.done) return step.value;
    if (step.value.type === "stage") yield step.value;
  }
}

/** Opens a stage to read from: it is named unless it is the local one. */
export function enterStageForReading(choice: StageChoice, place: Workplace) {
  return enter(choice, place, false);
}

/** Opens a stage to change something on: it is always named first. */
export function enterStageForChange(choice: StageChoice, place: Workplace) {
  return enter(choice, place, true);
}
