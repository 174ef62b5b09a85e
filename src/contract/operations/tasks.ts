import type { TaskEvent } from "../event.ts";
import type { TaskRecord, TaskSummary } from "../record.ts";
import type { Json } from "../task.ts";
import type { StageShown, SummaryBase } from "./shared.ts";

/** One row, newest first. */
export interface TaskListed {
  type: "task";
  task: TaskSummary;
}
export interface TasksListSummary extends SummaryBase<"tasks-list"> {
  count: number;
  /** Pass it to `--cursor` for the next page. */
  cursor?: string;
  /** The whole command for the next page. */
  next?: string;
}
/** `stage` unless local, rows, `summary`. */
export type TasksListEvent = StageShown | TaskListed | TasksListSummary;

/** All that is known of one task. */
export interface TaskShown {
  type: "task-detail";
  record: TaskRecord;
  events: TaskEvent[];
  /** The stored result, wherever it lies. */
  result?: Json;
}
export interface TasksShowSummary extends SummaryBase<"tasks-show"> {
  taskId: string;
}
/** `stage` unless local, `task-detail`, `summary`. */
export type TasksShowEvent = StageShown | TaskShown | TasksShowSummary;

export interface TasksCancelSummary extends SummaryBase<"tasks-cancel"> {
  taskId: string;
  status: TaskRecord["status"];
}
/** `stage`, `summary`. */
export type TasksCancelEvent = StageShown | TasksCancelSummary;

/** What a stage keeps of a user. Nothing was removed so far. */
export interface ForgetPlan {
  type: "plan";
  place: string;
  userId: string;
  /** Tasks that have ended. */
  tasks: number;
  /** Tasks that have not: they are cancelled, and removed by the next run, when their messages are gone. */
  active: number;
  documents: number;
}

export interface ForgetProgress {
  type: "forgotten";
  tasks: number;
  of: number;
}

export interface TasksForgetSummary extends SummaryBase<"tasks-forget"> {
  userId: string;
  /** Records with their events and results. */
  tasks: number;
  documents: number;
  deadLetters: number;
  cancelled: number;
  /** The command to run again, when the cancelled tasks' messages are gone. */
  again?: string;
}
/** `stage`, `plan`, `forgotten`*, `summary`. */
export type TasksForgetEvent = StageShown | ForgetPlan | ForgetProgress | TasksForgetSummary;
