import type { StageShown, SummaryBase } from "./shared.ts";

/** A rule in force on the local stack, as `--fault` takes it. */
export interface FaultRuleShown {
  type: "fault-rule";
  rule: string;
}
export interface FaultsSummary extends SummaryBase<"faults"> {
  action: "set" | "list" | "clear";
  rules: string[];
}
/** `stage` when something changes, rules, `summary`. */
export type FaultsEvent = StageShown | FaultRuleShown | FaultsSummary;
