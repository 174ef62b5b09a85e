import { isTerminal, type TaskEvent } from "../../../contract/event.ts";
import type { Operations } from "../../../contract/operations/index.ts";
import { describeActivity, describeFunction, readyText } from "../../dev-lines.ts";
import { formatTime, oneLine, shortId } from "../../format.ts";
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
  const prefix = state.ready ? `${state.ready.app}-${state.ready.stage}-` : "";
  switch (event.type) {
    case "ready":
      return {
        ...state,
        ready: event,
        // The first line stays on the panel.
        lines: readyText(event, " \\\n    ")
          .split("\n")
          .slice(1)
          .reduce((lines, line) => addLine(lines, undefined, line), state.lines),
      };
    case "depths":
      return { ...state, depths: event };
    case "function":
      return reduceFunction(state, event, prefix);
    case "log":
    case "fault":
    case "warning":
    case "request":
    case "invocation": {
      const text = describeActivity(event, prefix);
      return text === undefined ? state : add(state, event.at, event.type === "log" ? "info" : "warn", text);
    }
    case "stopping":
      return { ...state, stopping: true };
    case "summary":
      return state;
    default:
      return reduceTask(state, event, now);
  }
}

function reduceFunction(state: DevState, event: Extract<DevEvent, { type: "function" }>, prefix: string): DevState {
  const building = state.building.filter((name) => name !== event.name);
  const { [event.name]: _, ...broken } = state.broken;
  if (event.state === "building") return { ...state, building: [...building, event.name] };
  const text = describeFunction(event, prefix);
  if (event.state === "failed") {
    return add({ ...state, building, broken: { ...broken, [event.name]: oneLine(text, 200) } }, event.at, "fail", text);
  }
  const next = { ...state, building, broken };
  // Every environment tells that it is ready; only new code is news.
  return state.building.includes(event.name) ? add(next, event.at, "ok", text) : next;
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
  return event.type === "progress"
    ? next
    : add(next, Date.parse(event.at), tone === "wait" ? "info" : tone, `${shortId(event.taskId)}  ${text}`);
}

function add(state: DevState, at: number, tone: Tone, text: string): DevState {
  return { ...state, lines: addLine(state.lines, tone, text, formatTime(at)) };
}
