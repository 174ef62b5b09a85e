import type { Held, RemovedData } from "../account.ts";
import type { DriverStep, IacKind, InfrastructurePlan, ResourceAction, ResourceProgress } from "../infrastructure.ts";
import type { StageOutputs } from "../resources.ts";
import type { ArchiveBuilt, InputWritten } from "./build.ts";
import type { StageShown, SummaryBase } from "./shared.ts";

/** What would be done. Nothing was so far; an operation goes on only as far as it is read. */
export interface PlanMade extends Omit<InfrastructurePlan, "token"> {
  type: "plan";
  counts: Record<ResourceAction, number>;
  /** How many of them would lose data. */
  losing: number;
}

export interface PlanSummary extends SummaryBase<"plan"> {
  kind: IacKind;
  /** Nothing would change. */
  unchanged: boolean;
  /** Where the plan was saved, absolute. */
  file?: string;
  /** The command that applies it. */
  apply?: string;
  elapsedMs: number;
}
/** `stage`, `archive`*, `written`*, `step`*, `plan`, `summary`. */
export type PlanEvent = StageShown | ArchiveBuilt | InputWritten | DriverStep | PlanMade | PlanSummary;

/** A function whose code alone is replaced (`--code-only`). */
export interface CodeUpdated {
  type: "code";
  /** The function's name. */
  name: string;
  state: "same" | "updating" | "live";
  ms?: number;
}

export interface DeploySummary extends SummaryBase<"deploy"> {
  /** Absent: only code was replaced. */
  kind?: IacKind;
  app: string;
  stage: string;
  unchanged: boolean;
  /** Absent where the stage does not describe itself yet. */
  outputs?: StageOutputs;
  /** What differs from the infrastructure's own record from now on, if anything. */
  drift?: string;
  /** Commands to run next, in order, each of which works as it stands. */
  next: string[];
  elapsedMs: number;
}
/** As of `plan`, then `resource`* or `code`*, `summary`. */
export type DeployEvent = Exclude<PlanEvent, PlanSummary> | ResourceProgress | CodeUpdated | DeploySummary;

/** What a stage still holds. */
export interface Holdings extends Held {
  type: "holdings";
  secrets: number;
}

/** Something removed beside the infrastructure: objects of the bucket, secrets, marks. */
export interface Removed extends RemovedData {
  type: "removed";
}

export interface DestroySummary extends SummaryBase<"destroy"> {
  kind: IacKind;
  app: string;
  stage: string;
  /** There was nothing. */
  unchanged: boolean;
  /** What was kept on purpose. */
  kept: string[];
  elapsedMs: number;
}
/** `stage`, `holdings`, `step`*, `plan`, `resource`*, `removed`*, `summary`. */
export type DestroyEvent = StageShown | Holdings | DriverStep | PlanMade | ResourceProgress | Removed | DestroySummary;

/** Where an account's own things are made. */
export interface AccountShown {
  type: "account";
  account: string;
  region: string;
  endpoint?: string;
}

export interface BootstrapSummary extends SummaryBase<"bootstrap"> {
  bucket: string;
  account: string;
  region: string;
  unchanged: boolean;
  elapsedMs: number;
}
/** `account`, `step`*, `plan`, `resource`*, `summary`. */
export type BootstrapEvent = AccountShown | DriverStep | PlanMade | ResourceProgress | BootstrapSummary;
