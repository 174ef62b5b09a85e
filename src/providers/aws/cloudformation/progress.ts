import type { StackEvent } from "@aws-sdk/client-cloudformation";
import type { Clock } from "../../../contract/clock.ts";
import type { ResourceAction, ResourceProgress } from "../../../contract/infrastructure.ts";
import { calling } from "../errors.ts";
import { findStack, type StackContext } from "./stack.ts";

const FIRST_POLL_MS = 500;
const SLOWEST_POLL_MS = 3000;

const ACTIONS: [RegExp, ResourceAction][] = [
  [/^CREATE_/, "create"],
  [/^IMPORT_/, "import"],
  [/^DELETE_/, "delete"],
  [/^(UPDATE|ROLLBACK)_/, "change"],
];

/** How a change of a stack ended. */
export interface StackEnd {
  status: string;
  /** The resource that failed first, and the service's words. */
  failure?: { address: string; kind: string; reason: string };
  /** What is said of the stack as a whole. */
  reason?: string;
}

/**
 * Follows a stack until nothing of it changes any more.
 * @param stackId its ARN, by which it is found also when it is deleted.
 * @param since events before that are of other changes.
 */
export async function* followStack(
  context: StackContext,
  { stackId, since, clock, signal }: { stackId: string; since: Date; clock: Clock; signal: AbortSignal },
): AsyncGenerator<ResourceProgress, StackEnd> {
  const seen = new Set<string>();
  const started = new Map<string, number>();
  let failure: StackEnd["failure"];
  let undo = false;
  let reason: string | undefined;
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(SLOWEST_POLL_MS, pause * 1.3)) {
    signal.throwIfAborted();
    // Asked for first: when it has ended, all its events are there.
    const stack = await findStack(context, stackId);
    const events = await newEvents(context, stackId, since, seen);
    for (const event of events) {
      const { LogicalResourceId: address = "", ResourceType: kind = "", ResourceStatus: status = "" } = event;
      if (event.PhysicalResourceId === stackId) {
        undo ||= status.endsWith("ROLLBACK_IN_PROGRESS");
        if (undo || status.endsWith("_FAILED")) reason ??= event.ResourceStatusReason;
        continue;
      }
      const progress = progressOf(event, started, undo);
      if (!progress) continue;
      // What is called off because something else failed is not why.
      if (progress.state === "failed" && !/cancelled/i.test(progress.reason ?? ""))
        failure ??= { address, kind, reason: progress.reason ?? status };
      yield progress;
      pause = FIRST_POLL_MS;
    }
    const status = stack?.StackStatus ?? "DELETE_COMPLETE";
    if (!status.endsWith("_IN_PROGRESS")) {
      reason ??= stack?.StackStatusReason;
      return { status, ...(failure ? { failure } : {}), ...(reason ? { reason } : {}) };
    }
    await clock.sleep(pause, signal);
  }
}

async function newEvents(
  { cloudformation, place }: StackContext,
  StackName: string,
  since: Date,
  seen: Set<string>,
): Promise<StackEvent[]> {
  const { DescribeStackEventsCommand } = await import("@aws-sdk/client-cloudformation");
  const fresh: StackEvent[] = [];
  let NextToken: string | undefined;
  do {
    const command = new DescribeStackEventsCommand({ StackName, ...(NextToken === undefined ? {} : { NextToken }) });
    const page = await calling("cloudformation:DescribeStackEvents", place, () => cloudformation.send(command));
    // Newest first: the first that is known ends it.
    const events = page.StackEvents ?? [];
    const known = events.findIndex(
      ({ EventId = "", Timestamp }) => seen.has(EventId) || (Timestamp !== undefined && Timestamp < since),
    );
    fresh.push(...(known < 0 ? events : events.slice(0, known)));
    NextToken = known < 0 ? page.NextToken : undefined;
  } while (NextToken);
  for (const { EventId } of fresh) if (EventId) seen.add(EventId);
  return fresh.toReversed();
}

function progressOf(event: StackEvent, started: Map<string, number>, undo: boolean): ResourceProgress | undefined {
  const { LogicalResourceId: address = "", ResourceType: kind = "", ResourceStatus: status = "" } = event;
  const action = ACTIONS.find(([pattern]) => pattern.test(status))?.[1];
  if (!action) return undefined;
  const at = event.Timestamp?.getTime() ?? 0;
  const key = `${address} ${action}`;
  const base = { type: "resource" as const, at, address, kind, action, ...(undo ? { undo: true as const } : {}) };
  if (status.endsWith("_IN_PROGRESS")) {
    // Told again when the resource has its name.
    if (started.has(key)) return undefined;
    started.set(key, at);
    return { ...base, state: "started" };
  }
  const begun = started.get(key);
  started.delete(key);
  const ms = begun === undefined ? {} : { ms: at - begun };
  if (status.endsWith("_FAILED"))
    return { ...base, state: "failed", ...ms, reason: event.ResourceStatusReason ?? status };
  return status.endsWith("_COMPLETE") ? { ...base, state: "done", ...ms } : undefined;
}
