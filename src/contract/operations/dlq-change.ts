import type { QueueShown } from "./dlq.ts";
import type { LetterRefused } from "./dlq-redrive.ts";
import type { StageShown, SummaryBase } from "./shared.ts";

/** What an import is about to do. */
export interface ImportPlan {
  type: "plan";
  file: string;
  place: string;
  to: string;
  /** Messages of the file, without repeats. */
  count: number;
  /** Of these, sent by an earlier run that did not end. */
  sentBefore: number;
}
export interface ImportProgress {
  type: "import";
  sent: number;
  count: number;
  ms: number;
}
export interface DlqImportSummary extends SummaryBase<"dlq-import"> {
  file: string;
  queue: string;
  sent: number;
  /** Sent by the run that this one went on with. */
  sentBefore: number;
  /** Lines that hold a message which an earlier line holds, too. */
  repeated: number;
  refused: number;
  /** Sent again because it is not known whether the first time worked: at most so many are there twice. */
  perhapsTwice: number;
  /** It did not end: how to go on. */
  resume?: string;
  elapsedMs: number;
}
/** `stage` or `queue`, `plan`, `import`*, `refused`*, `summary`. */
export type DlqImportEvent = StageShown | QueueShown | ImportPlan | ImportProgress | LetterRefused | DlqImportSummary;

/** What a purge is about to do. */
export interface PurgePlan {
  type: "plan";
  place: string;
  name: string;
  /** Messages in the queue, as the service counts them. */
  count: number;
  /** The file that gets them first; absent: they are gone. */
  backup?: string;
}
export interface PurgeProgress {
  type: "purge";
  removed: number;
  about: number;
  ms: number;
}
export interface DlqPurgeSummary extends SummaryBase<"dlq-purge"> {
  queue: string;
  name: string;
  removed: number;
  /** Messages that are still there: others hold them, or they came meanwhile. */
  left: number;
  /** The file that holds all that were removed. */
  backup?: string;
  /** How to put them back. */
  restore?: string;
  elapsedMs: number;
}
/** `stage` or `queue`, `plan`, `purge`*, `summary`. */
export type DlqPurgeEvent = StageShown | QueueShown | PurgePlan | PurgeProgress | DlqPurgeSummary;
