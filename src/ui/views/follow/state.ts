import { isTerminal, type TaskEvent, type TokenEvent } from "../../../contract/event.ts";
import type { Operations } from "../../../contract/operations/index.ts";
import type { Json } from "../../../contract/task.ts";
import { formatBytes, formatDuration, oneLine, shortId } from "../../format.ts";
import { describeDebugger, describeFetched, describeLetter, describeRetry } from "../../rerun.ts";
import { addPlace } from "../../place.ts";
import { addLine, type FinishedLine } from "../../scrollback.ts";
import type { Tone } from "../../theme.ts";
import { describeCrash, describeEvent, describeSubmitted, describeTimeout } from "../../timeline.ts";

/** What `submit` and `watch` show: finished lines above, what goes on now below. */
export interface FollowState {
  /** Written out once and never again. */
  lines: FinishedLine[];
  /** Only when several tasks are followed: their ids stand before their lines. */
  many: boolean;
  /** The attempt at work. */
  running?: { label: string; since: number; percent?: number };
  /** The text streamed so far by the attempt at work. */
  tokens: string;
  result?: Json;
  previous?: TaskEvent;
  failed: boolean;
}

export type FollowedEvent = Operations["submit" | "watch" | "tasks-retry" | "tasks-run"];

export const initialFollow: FollowState = { lines: [], many: false, tokens: "", failed: false };

/** @param now epoch milliseconds. */
export function reduceFollow(state: FollowState, event: FollowedEvent, now: number): FollowState {
  switch (event.type) {
    case "stage":
      return { ...state, lines: addPlace(state.lines, event) };
    case "stack":
      return reduceStack(state, event, now);
    case "watching":
      return {
        ...state,
        many: event.taskId === undefined,
        ...running(event.taskId ? "waiting for events" : "waiting for tasks", now),
      };
    case "plan":
      return addAll(state, describeRetry(event));
    case "fetched":
      return addAll(state, describeFetched(event));
    case "debugger": {
      const waiting = event.state === "waiting" ? running("waiting for a debugger", now) : {};
      return { ...add(quiet(state), "info", describeDebugger(event)), ...waiting };
    }
    case "uploaded":
      return add(state, "ok", `uploaded ${event.path} (${formatBytes(event.bytes)}) in ${formatDuration(event.ms)}`);
    case "submitted": {
      const [accepted = "", ...more] = describeSubmitted(event);
      return { ...addAll(add(state, "ok", accepted), more), ...running("queued", now) };
    }
    case "connection":
      return event.state === "connected"
        ? state
        : add(state, "warn", `${event.state}${event.reason ? `: ${event.reason}` : ""}`);
    case "function-ended":
      return {
        ...add(state, "fail", describeCrash(event)),
        tokens: "",
        ...running("waiting for the next attempt", now),
      };
    case "token":
      return reduceToken(state, event);
    case "detached":
      return add(quiet(state), "info", `detached; the task goes on. Return with: ${event.command}`);
    case "summary":
      return addAll(reduceSummary(quiet(state), event), event.operation === "tasks-retry" ? describeLetter(event) : []);
    default:
      return reduceTask(state, event, now);
  }
}

function addAll(state: FollowState, lines: readonly string[]): FollowState {
  return lines.reduce((next, line) => add(next, "info", line), state);
}

function reduceStack(state: FollowState, event: Extract<FollowedEvent, { type: "stack" }>, now: number): FollowState {
  if (event.state === "starting") return { ...state, ...running("starting the local stack", now) };
  if (event.state === "stopped") return quiet(state);
  const model = event.offline ? ", offline model" : "";
  return add(quiet(state), "ok", `local stack ready in ${formatDuration(event.ms ?? 0)}${model}`);
}

function reduceToken(state: FollowState, event: TokenEvent): FollowState {
  // Interleaved answers of several tasks cannot be read.
  if (state.many) return state;
  return { ...state, tokens: state.tokens.slice(0, event.offset) + event.delta };
}

function reduceTask(state: FollowState, event: TaskEvent, now: number): FollowState {
  const next = { ...state, previous: event };
  const prefix = state.many ? `${shortId(event.taskId)}  ` : "";
  const { tone, text } = describeEvent(event, state.previous, now);
  // `submitted` said it already, with the time this machine saw.
  if (event.type === "accepted" && !state.many) return next;
  if (event.type === "progress" && !state.many) {
    return {
      ...next,
      running: { ...(state.running ?? { since: now }), label: oneLine(event.message, 200), ...percent(event.percent) },
    };
  }
  const added = add(next, event.type === "started" ? "info" : tone, prefix + text);
  if (state.many) return added;
  if (event.type === "started") return { ...added, tokens: "", ...running(`attempt ${event.attempt}`, now) };
  if (event.type === "failed" && !event.final)
    return { ...added, tokens: "", ...running("waiting for the next attempt", now) };
  if (isTerminal(event)) return { ...quiet(added), failed: event.type !== "completed" };
  return added;
}

function reduceSummary(state: FollowState, event: Extract<FollowedEvent, { type: "summary" }>): FollowState {
  if (event.operation === "watch") {
    if (event.timedOut && event.task) return add(state, "warn", describeTimeout(event.task));
    const result = event.task?.result;
    return result === undefined ? state : { ...state, result };
  }
  if (event.timedOut) return add(state, "warn", describeTimeout(event));
  return event.result === undefined ? state : { ...state, result: event.result };
}

const percent = (value: number | undefined) => (value === undefined ? {} : { percent: value });

function running(label: string, since: number): Pick<FollowState, "running"> {
  return { running: { label, since } };
}

function quiet(state: FollowState): FollowState {
  const { running: _, ...rest } = state;
  return rest;
}

function add(state: FollowState, tone: Tone, text: string): FollowState {
  return { ...state, lines: addLine(state.lines, tone, text) };
}
