import { cutText, SCREEN_TEXT } from "../../cut.ts";
import type { QueueShown } from "../../../contract/operations/dlq.ts";
import type { Detached, StackChange, StageShown } from "../../../contract/operations/shared.ts";
import type { FollowEvent } from "../../../contract/ports.ts";
import type { Json } from "../../../contract/task.ts";
import { formatDuration } from "../../format.ts";
import { placeLines } from "../../place.ts";
import type { TextOut } from "./out.ts";

/** Tells the events that many operations share. @returns whether it was one. */
export function tellShared(
  out: TextOut,
  event: { type: string } & (StageShown | QueueShown | StackChange | Detached),
): void {
  switch (event.type) {
    case "stage":
    case "queue":
      return out.line(placeLines(event).join("\n  "));
    case "stack":
      if (event.state === "starting") out.line("no dev is running here: starting the local stack for this command");
      if (event.state === "ready")
        out.line(`local stack ready in ${formatDuration(event.ms ?? 0)}${event.offline ? ", offline model" : ""}`);
      return;
    case "detached":
      return out.line(`detached; the task goes on. Return with:\n  ${event.command}`);
  }
}

/** @returns a result as text: a string as it is, else JSON. */
export function resultText(result: Json): string {
  return typeof result === "string" ? result : JSON.stringify(result, null, 2);
}

/** @returns the same for a screen, which what follows a task shows last. */
export function resultOnScreen(result: Json): string {
  return cutText(resultText(result), SCREEN_TEXT, "redirect stdout to a file for all of it");
}

/** @returns how the connection changed; undefined when that is nothing to tell. */
export function describeConnection(event: Extract<FollowEvent, { type: "connection" }>): string | undefined {
  if (event.state === "connected") return undefined;
  return `${event.state}${event.reason ? `: ${event.reason}` : ""}`;
}
