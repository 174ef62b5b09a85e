import { counted } from "../contract/counted.ts";
import type { ResourceAction, ResourceProgress } from "../contract/infrastructure.ts";
import type {
  BootstrapEvent,
  BootstrapSummary,
  CodeUpdated,
  DestroyEvent,
  DeployEvent,
  DeploySummary,
  Holdings,
  PlanEvent,
} from "../contract/operations/deploy.ts";
import type { StageOutputs } from "../contract/resources.ts";
import { archiveLines } from "./archive.ts";
import { formatCount, formatDuration } from "./format.ts";
import { placeLines } from "./place.ts";
import { type DeployLine, planLines } from "./plan.ts";

/** What a screen, a pipe and a log tell of `plan`, `deploy` and `destroy` on the way. */
export type Telling = Exclude<PlanEvent | DeployEvent | DestroyEvent | BootstrapEvent, { type: "summary" }>;

const DOING: Record<ResourceAction, string> = {
  create: "creating",
  import: "importing",
  change: "changing",
  replace: "replacing",
  delete: "deleting",
};
const DONE: Record<ResourceAction, string> = {
  create: "created",
  import: "imported",
  change: "changed",
  replace: "replaced",
  delete: "deleted",
};

/** @returns what an event tells once it is over, a line each; none for what is only on its way. */
export function deployLines(event: Telling): DeployLine[] {
  switch (event.type) {
    case "stage":
      return placeLines(event).map((text, index) => ({ tone: index === 0 ? "info" : "warn", text }));
    case "account": {
      const endpoint = event.endpoint ? `, ${event.endpoint}` : "";
      return [{ tone: "info", text: `account ${event.account}, region ${event.region}${endpoint}` }];
    }
    case "archive":
      return event.state === "building"
        ? []
        : archiveLines(event).map((text) => ({ tone: text.startsWith("warning") ? "warn" : "ok", text }));
    case "written":
      return [];
    case "step":
      return [{ tone: "info", text: event.text }];
    case "plan":
      return planLines(event);
    case "resource":
      return event.state === "started" ? [] : [resourceLine(event)];
    case "code":
      return event.state === "updating" ? [] : [codeLine(event)];
    case "holdings":
      return holdingsLines(event);
    case "removed":
      return [{ tone: "ok", text: `removed ${counted(event.count, event.what.slice(0, -1), event.what)}` }];
  }
}

/** @returns how a deployment ended. */
export function describeDeployed({ kind, unchanged, app, stage, elapsedMs }: DeploySummary): string {
  if (!unchanged) return `deployed stage ${stage} of ${app} in ${formatDuration(elapsedMs)}`;
  // Of code alone nobody has looked at the rest.
  return kind === undefined
    ? `the functions of stage ${stage} of ${app} run this code already`
    : `stage ${stage} of ${app} is as it should be`;
}

/** @returns what is left to do for a domain of one's own; undefined without one. */
export function describeRecord({ httpUrl, domainTarget }: StageOutputs): string | undefined {
  if (domainTarget === undefined) return undefined;
  return `the DNS record of ${new URL(httpUrl).hostname} is yours to make: a CNAME to ${domainTarget}, or an alias`;
}

/** @returns how a bootstrap ended. */
export function describeBootstrap({ account, region, bucket, unchanged }: BootstrapSummary): string {
  const what = unchanged ? "has all it needs" : "is ready to be deployed to";
  return `account ${account} ${what} in region ${region}; code goes to ${bucket}`;
}

/** @returns what is on its way, for the live part of a screen. */
export function describeUnderway({ action, address, undo }: ResourceProgress): string {
  return `${undo ? "undoing: " : ""}${DOING[action]} ${address}`;
}

function resourceLine({ action, address, kind, state, ms, reason, undo }: ResourceProgress): DeployLine {
  const time = ms === undefined ? "" : ` in ${formatDuration(ms)}`;
  // Terraform's addresses begin with the kind.
  const what = address.startsWith(`${kind}.`) ? address : `${address} (${kind})`;
  if (state === "failed") return { tone: "fail", text: `${what} failed${time}: ${reason ?? "no reason"}` };
  return { tone: undo ? "warn" : "ok", text: `${undo ? "undone: " : ""}${DONE[action]} ${address}${time}` };
}

function codeLine({ name, state, ms = 0 }: CodeUpdated): DeployLine {
  if (state === "same") return { tone: "info", text: `${name} runs this code already` };
  return { tone: "ok", text: `${name} runs the new code after ${formatDuration(ms)}` };
}

function holdingsLines({ messages, deadLetters, objects, more, records, secrets }: Holdings): DeployLine[] {
  const held = [
    [messages, counted(messages, "task in the queue", "tasks in the queue")],
    [deadLetters, counted(deadLetters, "dead letter")],
    [
      objects,
      `${more ? "more than " : ""}${formatCount(objects)} ${objects === 1 ? "object" : "objects"} in the bucket`,
    ],
    [records, `about ${counted(records, "item")} in the table`],
    [secrets, counted(secrets, "secret")],
  ] as const;
  const there = held.filter(([count]) => count > 0).map(([, text]) => text);
  return [{ tone: "info", text: there.length > 0 ? `it holds ${there.join(", ")}` : "it holds nothing" }];
}
