import { counted } from "../contract/counted.ts";
import {
  type AttributeChange,
  RESOURCE_ACTIONS,
  type ResourceAction,
  type ResourceChange,
} from "../contract/infrastructure.ts";
import type { PlanMade } from "../contract/operations/deploy.ts";
import type { Json } from "../contract/task.ts";
import type { Tone } from "./theme.ts";

/** A line of a plan or of its progress. */
export interface DeployLine {
  tone?: Tone;
  text: string;
}

/** As every infrastructure tool writes them. */
const SIGNS: Record<ResourceAction, string> = { create: "+", import: "=", change: "~", replace: "±", delete: "-" };
const ORDER: ResourceAction[] = ["delete", "replace", "change", "import", "create"];
/** What the sign alone does not tell. */
const MEANT: Partial<Record<ResourceAction, string>> = {
  replace: "(made anew)",
  import: "(taken over with what is in it)",
};
/** Longer values say no more on a screen. */
const VALUE = 120;

/** @returns the plan as a tree: a resource a line, the attributes that change under it, and what would lose data. */
export function planLines(plan: PlanMade): DeployLine[] {
  const sorted = ORDER.flatMap((action) => plan.changes.filter((change) => change.action === action));
  const width = Math.max(0, ...sorted.map(({ address }) => address.length));
  return [
    ...sorted.flatMap((change) => changeLines(change, width)),
    ...plan.notes.map((text): DeployLine => ({ tone: "warn", text })),
    { text: describeCounts(plan) },
  ];
}

function changeLines({ address, kind, name, action, attributes, loses }: ResourceChange, width: number): DeployLine[] {
  const sign = SIGNS[action];
  // Terraform's addresses begin with the kind.
  const more = [address.startsWith(`${kind}.`) ? "" : kind, name ?? "", MEANT[action] ?? ""];
  const told = more.filter((text) => text !== "").map((text) => `  ${text}`);
  return [
    { text: `${sign} ${told.length > 0 ? address.padEnd(width) : address}${told.join("")}` },
    ...attributes.map((attribute) => ({ text: `    ${describeAttribute(attribute)}` })),
    ...(loses === undefined ? [] : [{ tone: "warn" as const, text: `    loses ${loses}` }]),
  ];
}

function describeAttribute({ path, before, after, private: masked, unknown, replaces }: AttributeChange): string {
  const old = masked ? "(private)" : valueText(before);
  const next = masked ? "(private)" : unknown ? "(known later)" : valueText(after);
  const change = old === undefined && next === undefined ? "changes" : `${old ?? "(none)"} -> ${next ?? "(none)"}`;
  return `${path}: ${change}${replaces ? "  (cannot change in place)" : ""}`;
}

function valueText(value: Json | undefined): string | undefined {
  if (value === undefined) return undefined;
  const text = JSON.stringify(value);
  return text.length > VALUE ? `${text.slice(0, VALUE)}…` : text;
}

/** @returns `3 to create, 1 to change; 1 of them loses data`. */
function describeCounts({ counts, losing }: PlanMade): string {
  const parts = RESOURCE_ACTIONS.filter((action) => counts[action] > 0).map(
    (action) => `${counts[action]} to ${action}`,
  );
  if (parts.length === 0) return "nothing to change";
  return `${parts.join(", ")}${losing > 0 ? `; ${counted(losing, "of them loses data", "of them lose data")}` : ""}`;
}
