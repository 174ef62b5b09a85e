import type { Key } from "ink";
import type { Desk } from "../../../contract/desk.ts";
import { type Action, actionsOf, currentLetter, type DeskState, idOf, narrow, PANES, type Typing } from "./state.ts";

/** What a key did: a new state, and what the user wants done outside. */
export interface Pressed {
  state: DeskState;
  wants?: { argv: string[] } | "leave" | "reload";
}

type KeyFacts = Partial<
  Pick<
    Key,
    | "upArrow"
    | "downArrow"
    | "leftArrow"
    | "rightArrow"
    | "pageUp"
    | "pageDown"
    | "return"
    | "escape"
    | "tab"
    | "shift"
    | "backspace"
    | "delete"
    | "ctrl"
    | "meta"
  >
>;

/** @param page lines of a pane. */
export function press(state: DeskState, input: string, key: KeyFacts, desk: Desk, page: number): Pressed {
  if (key.ctrl && input === "c") return { state, wants: "leave" };
  if (state.typing) return pressTyping(state, state.typing, input, key, desk);
  const step =
    key.upArrow || input === "k"
      ? -1
      : key.downArrow || input === "j"
        ? 1
        : key.pageUp
          ? -page
          : key.pageDown
            ? page
            : 0;
  if (step !== 0) return { state: move(state, step) };
  if (key.tab || key.rightArrow || key.leftArrow || key.return) {
    const by = key.leftArrow || (key.tab && key.shift) ? -1 : 1;
    const focus = key.tab ? (state.focus + by + PANES) % PANES : Math.min(PANES - 1, Math.max(0, state.focus + by));
    return { state: { ...state, focus } };
  }
  if (key.escape) return { state: narrow({ ...state, filter: "", marked: new Set() }) };
  switch (input) {
    case "q":
      return { state, wants: "leave" };
    case "g":
      return { state: move(state, -Infinity) };
    case "G":
      return { state: move(state, Infinity) };
    case " ":
      return { state: mark(state) };
    case "a":
      return { state: markAll(state) };
    case "/":
      return { state: { ...state, typing: { what: "filter", text: state.filter } } };
    case "R":
      return { state, wants: "reload" };
    default:
      return act(
        state,
        actionsOf(state, desk).find((action) => action.key === input),
      );
  }
}

function act(state: DeskState, action: Action | undefined): Pressed {
  if (!action?.argv) return { state };
  if (action.asks) return { state: { ...state, typing: { what: action.asks, text: "" } } };
  return { state, wants: { argv: action.argv } };
}

function pressTyping(state: DeskState, typing: Typing, input: string, key: KeyFacts, desk: Desk): Pressed {
  const { typing: _typing, ...still } = state;
  const type = (text: string): DeskState => {
    const next = { ...state, typing: { ...typing, text } };
    return typing.what === "filter" ? narrow({ ...next, filter: text }) : next;
  };
  if (key.escape) return { state: typing.what === "filter" ? narrow({ ...still, filter: "" }) : still };
  if (key.return) {
    if (typing.what === "filter") return { state: { ...still, focus: 1 } };
    const argv = actionsOf(state, desk).find(({ asks }) => asks === typing.what)?.argv;
    return typing.text === "" || !argv ? { state: still } : { state: still, wants: { argv } };
  }
  if (key.backspace || key.delete) return { state: type(Array.from(typing.text).slice(0, -1).join("")) };
  if (key.ctrl || key.meta || input === "") return { state };
  return { state: type(typing.text + input.replaceAll(/[\r\n\t]+/g, " ")) };
}

function move(state: DeskState, by: number): DeskState {
  const { focus, group, letter, scroll, loaded, shown } = state;
  const within = (value: number, last: number) => Math.max(0, Math.min(last, value));
  if (focus === 0) {
    const next = within(group + by, loaded?.groups.length ?? 0);
    return next === group ? state : narrow({ ...state, group: next, letter: 0 });
  }
  if (focus === 1) return { ...state, letter: within(letter + by, Math.max(0, shown.length - 1)), scroll: 0 };
  return { ...state, scroll: Math.max(0, Number.isFinite(scroll + by) ? scroll + by : by < 0 ? 0 : scroll) };
}

/** The cursor goes on, so that a row of letters is marked by a row of spaces. */
function mark(state: DeskState): DeskState {
  const letter = currentLetter(state);
  if (!letter || state.focus === 0) return markAll(state);
  const marked = new Set(state.marked);
  if (!marked.delete(idOf(letter))) marked.add(idOf(letter));
  return {
    ...state,
    marked,
    ...(state.focus === 1 ? { letter: Math.min(state.shown.length - 1, state.letter + 1) } : {}),
  };
}

/** Marks all that are shown, or takes their marks when they all have them. */
function markAll(state: DeskState): DeskState {
  const ids = state.shown.map(idOf);
  const marked = new Set(state.marked);
  const all = ids.every((id) => marked.has(id));
  for (const id of ids) {
    if (all) marked.delete(id);
    else marked.add(id);
  }
  return { ...state, marked };
}
