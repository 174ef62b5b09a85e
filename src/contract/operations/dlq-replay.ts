import type { StageRef } from "../ports.ts";
import type { LetterRefused, MoveProgress, RedrivenEnded } from "./dlq-redrive.ts";
import type { QueueShown, ScanProgress } from "./dlq.ts";
import type { StageShown, SummaryBase } from "./shared.ts";

/** What a replay is about to do: told before anything is sent. */
export interface ReplayPlan {
  type: "plan";
  /** Where the letters are, on one line. */
  place: string;
  from: string;
  to: string;
  /** Set when they go to another stage. */
  toStage?: StageRef;
  /** Letters that go. */
  count: number;
  /** Letters that are meant and stay, as nobody would take what they would become; and why the first of them does. */
  invalid?: { count: number; messageId: string; problem: string };
  /** The originals stay where they are. */
  keep: boolean;
  /** What is changed, one a line: `input.model = "gpt-5"`. */
  changes: string[];
  /** The body of the first that goes, before and after. */
  example?: { id: string; before: string; after: string };
}
export interface DlqReplaySummary extends SummaryBase<"dlq-replay"> {
  /** Sent, changed. */
  replayed: number;
  /** The originals are still in the dead-letter queue. */
  kept: boolean;
  refused: number;
  /** Meant, and not in the dead-letter queue any more when their turn came. */
  gone?: number;
  /** Sent again because it is not known whether the first time worked: at most so many are there twice. */
  perhapsTwice: number;
  /** The dead-letter queue held nothing. */
  empty?: boolean;
  /** Nothing was sent: it was only asked what would be. */
  dryRun?: boolean;
  /** Only with `--wait`. */
  completed?: number;
  failed?: number;
  /** It did not end: how to go on. */
  resume?: string;
  elapsedMs: number;
}
/** `stage` or `queue` (and the `stage` they go to), `scan`*, `plan`, `move`*, `refused`*, `redriven`*, `summary`. */
export type DlqReplayEvent =
  | StageShown
  | QueueShown
  | ScanProgress
  | ReplayPlan
  | MoveProgress
  | LetterRefused
  | RedrivenEnded
  | DlqReplaySummary;
