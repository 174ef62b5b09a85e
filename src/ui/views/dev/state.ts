import { isTerminal, type TaskEvent } from "../../../contract/event.ts";
import type { Operations } from "../../../contract/operations/index.ts";
import { formatDuration, formatTime, oneLine, shortId } from "../../format.ts";
import { addLine, type FinishedLine } from "../../scrollback.ts";
import type { Tone } from "../../theme.ts";
import { describeEvent } from "../../timeline.ts";

export type DevEvent = Operations["dev"];
type Ready = Extract<DevEvent, { type: "ready" }>;
type Depths = Extract<DevEvent, { type: "depths" }>;

/** A task on the panel: what is at work, and the last few that ended. */
export interface DevTask {
  taskId: string;
  tone: Tone;
  text: string;
  since: number;
  ended: boolean;
}

/** What the screen of `dev` shows: lines above, written once; a panel below. */
export interface DevState {
  lines: FinishedLine[];
  ready?: Ready;
  depths?: Depths;
  tasks: DevTask[];
  /** Functions that do not build or load, with the reason. */
  broken: Record<string, string>;
  building: string[];
  completed: number;
  deadlettered: number;
  stopping: boolean;
}

export const initialDev: DevState = {
  lines: [],
  tasks: [],
  broken: {},
  building: [],
  completed: 0,
  deadlettered: 0,
  stopping: false,
};

/** Ended tasks that stay on the panel. */
const ENDED_SHOWN = 3;

/** @param now epoch milliseconds. */
export function reduceDev(state: DevState, event: DevEvent, now: number): DevState {
  switch (event.type) {
    case "ready":
      return { ...state, ready: event };
    case "depths":
      return { ...state, depths: event };
    case "function":
      return reduceFunction(state, event);
    case "log":
      return add(state, event.at, "info", `${functionOf(event.group)}  ${event.message.trimEnd()}`);
    case "fault":
      return add(state, event.at, "warn", `fault ${event.kind}: ${event.detail}`);
    case "warning":
      return add(state, event.at, "warn", event.message);
    case "request":
      return add(state, event.at, event.status < 400 ? "info" : "warn", `${event.method} ${event.path} ${event.status} in ${formatDuration(event.ms)}`);
    case "stopping":
      return { ...state, stopping: true };
    // Told by the task's own events; tokens are for whoever follows the task.
    case "invocation":
    case "token":
    case "summary":
      return state;
    default:
      return reduceTask(state, event, now);
  }
}

function reduceFunction(state: DevState, event: Extract<DevEvent, { type: "function" }>): DevState {
  const building = state.building.filter((name) => name !== event.name);
  const { [event.name]: _, ...broken } = state.broken;
  if (event.state === "building") return { ...state, building: [...building, event.name] };
  if (event.state === "failed") {
    const reason = event.message ?? "it does not build";
    return add({ ...state, building, broken: { ...broken, [event.name]: oneLine(reason, 200) } }, event.at, "fail", `${event.name}: ${reason}`);
  }
  return add({ ...state, building, broken }, event.at, "ok", `${event.name} ready${event.ms === undefined ? "" : ` in ${formatDuration(event.ms)}`}`);
}

function reduceTask(state: DevState, event: TaskEvent, now: number): DevState {
  const { tone, text } = describeEvent(event, undefined, now);
  const ended = isTerminal(event);
  const others = state.tasks.filter(({ taskId }) => taskId !== event.taskId);
  const task: DevTask = { taskId: event.taskId, tone, text, since: now, ended };
  const live = [...others, task].filter((one) => !one.ended);
  const past = [...others, task].filter((one) => one.ended).slice(-ENDED_SHOWN);
  const next = {
    ...state,
    tasks: [...live, ...past],
    completed: state.completed + (event.type === "completed" ? 1 : 0),
    deadlettered: state.deadlettered + (event.type === "deadlettered" ? 1 : 0),
  };
  return event.type === "progress" ? next : add(next, Date.parse(event.at), tone === "wait" ? "info" : tone, `${shortId(event.taskId)}  ${text}`);
}

const functionOf = (group: string) => group.slice(group.lastIndexOf("/") + 1);

function add(state: DevState, at: number, tone: Tone, text: string): DevState {
  return { ...state, lines: addLine(state.lines, tone, text, formatTime(at)) };
}
