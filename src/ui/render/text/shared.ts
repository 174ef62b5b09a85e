import type { QueueShown } from "../../../contract/operations/dlq.ts";
import type { Detached, StackChange, StageShown } from "../../../contract/operations/shared.ts";
import type { FollowEvent } from "../../../contract/ports.ts";
import type { Json } from "../../../contract/task.ts";
import { formatDuration } from "../../format.ts";
import type { TextOut } from "./out.ts";

/** Tells the events that many operations share. @returns whether it was one. */
export function tellShared(
  out: TextOut,
  event: { type: string } & (StageShown | QueueShown | StackChange | Detached),
): void {
  switch (event.type) {
    case "stage":
      return out.line(describeStage(event));
    case "queue":
      return out.line(describeQueue(event));
    case "stack":
      if (event.state === "starting") out.line("no dev is running here: starting the local stack for this command");
      if (event.state === "ready")
        out.line(`local stack ready in ${formatDuration(event.ms ?? 0)}${event.offline ? ", offline model" : ""}`);
      return;
    case "detached":
      return out.line(`detached; the task goes on. Return with:\n  ${event.command}`);
  }
}

/** @returns where a command works, on one line. */
export function describeStage({ ref }: StageShown): string {
  return `stage ${ref.stage} of ${ref.app}, account ${ref.account}, region ${ref.region}${ref.endpoint ? `, ${ref.endpoint}` : ""}`;
}

/** @returns which queue is worked on and where, on one line. */
export function describeQueue({ name, account, region, endpoint, sources }: QueueShown): string {
  const from = sources.length === 0 ? "no queue's dead letters" : `dead letters of ${sources.join(", ")}`;
  return `queue ${name} (${from}), ${endpoint ?? `account ${account}, region ${region}`}`;
}

/** @returns a result as text: a string as it is, else JSON. */
export function resultText(result: Json): string {
  return typeof result === "string" ? result : JSON.stringify(result, null, 2);
}

/** @returns how the connection changed; undefined when that is nothing to tell. */
export function describeConnection(event: Extract<FollowEvent, { type: "connection" }>): string | undefined {
  if (event.state === "connected") return undefined;
  return `${event.state}${event.reason ? `: ${event.reason}` : ""}`;
}
