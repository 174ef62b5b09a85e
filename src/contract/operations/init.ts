import type { SummaryBase } from "./shared.ts";

/** One of the templates that come with the tool (`init --list`). */
export interface TemplateListed {
  type: "template";
  name: string;
  description: string;
  /** Whether it runs before any install. */
  dependencies: boolean;
}
export interface InitListSummary extends SummaryBase<"init-list"> {
  count: number;
}
/** Templates in their order, `summary`. */
export type InitListEvent = TemplateListed | InitListSummary;

export interface FileWritten {
  type: "file";
  /** Relative to the project, with forward slashes. */
  path: string;
}
/** The package manager at work. A failure is not fatal: the files stand, and the summary says what to run. */
export interface InstallProgress {
  type: "install";
  state: "running" | "done" | "failed" | "skipped";
  /** `npm install`. */
  command: string;
  /** The last line it printed. */
  line?: string;
  ms?: number;
}
export interface InitSummary extends SummaryBase<"init"> {
  app: string;
  /** Absent: only infrastructure as code was added. */
  template?: string;
  /** Absolute. */
  directory: string;
  files: number;
  installed: boolean;
  /** Commands to run next, in order, each of which works as it stands. */
  next: string[];
}
/** `file`*, `install`*, `summary`. */
export type InitEvent = FileWritten | InstallProgress | InitSummary;
