import type { ConsumptionMark } from "../consumption.ts";
import type { StageOutputs } from "../resources.ts";
import type { Json } from "../task.ts";
import type { StageShown, SummaryBase } from "./shared.ts";

/** A stage that describes itself in the account and region. */
export interface StageFound {
  type: "stage-found";
  outputs: StageOutputs;
  /** What was changed by hand; empty when nothing was. */
  mark: ConsumptionMark;
}

export interface StagesListSummary extends SummaryBase<"stages-list"> {
  account: string;
  region: string;
  count: number;
}

/** `stage-found`*, `summary`. */
export type StagesListEvent = StageFound | StagesListSummary;

/** A setting that two stages do not share. */
export interface StageDifference {
  type: "difference";
  /** `worker.memory`, `queue.VisibilityTimeout`, `worker.environment.LOG_LEVEL`. */
  setting: string;
  /** Absent where the stage has no such setting; of what may be private, a word that tells it from the other. */
  first?: string;
  second?: string;
}

export interface StagesDiffSummary extends SummaryBase<"stages-diff"> {
  first: string;
  second: string;
  /** Settings that were compared. */
  compared: number;
  differences: number;
}

/** `difference`*, `summary`. */
export type StagesDiffEvent = StageDifference | StagesDiffSummary;

/** What a stage says of itself. */
export interface OutputsShown {
  type: "outputs";
  outputs: StageOutputs;
  /** Set when one was asked for: its value. */
  value?: string;
}
/** `stage`?, `outputs`, `summary`. */
export type OutputEvent = StageShown | OutputsShown | SummaryBase<"output">;

/** An address of the provider's console. */
export interface ConsoleLink {
  type: "link";
  what: string;
  url: string;
}

export interface OpenSummary extends SummaryBase<"open"> {
  url: string;
  /** Whether a browser was asked to show it. */
  opened: boolean;
}

/** `stage`, `link`, `summary`. */
export type OpenEvent = StageShown | ConsoleLink | OpenSummary;

/** A policy to give to somebody. */
export interface PolicyMade {
  type: "policy";
  role: string;
  document: Json;
}

/** `policy`, `summary`. */
export type IamPolicyEvent = PolicyMade | SummaryBase<"iam-policy">;
