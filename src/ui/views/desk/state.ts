import type { Desk, DeskLoaded, DeskMemory } from "../../../contract/desk.ts";
import type { DeadLetter, DeadLetterShown, LetterGroup, ScanProgress } from "../../../contract/operations/dlq.ts";
import { describeCause } from "../../letters.ts";

/** Groups, letters, and one letter whole. */
export const PANES = 3;

/** A line of text that is being typed. */
export interface Typing {
  what: "filter" | "set" | "export";
  text: string;
}

export interface DeskState {
  progress?: ScanProgress;
  loaded?: DeskLoaded;
  /** Why nothing could be loaded. */
  problem?: string;
  focus: number;
  /** 0: all causes; else the place in the groups, from 1. */
  group: number;
  letter: number;
  /** Lines of the letter that are above its pane. */
  scroll: number;
  marked: ReadonlySet<string>;
  filter: string;
  typing?: Typing;
  /** Letters of the group that fit the filter. */
  shown: DeadLetter[];
  details: ReadonlyMap<string, DeadLetterShown | string>;
}

export type DeskEvent =
  | ScanProgress
  | DeskLoaded
  | { type: "problem"; message: string }
  | { type: "detail"; id: string; detail: DeadLetterShown | string };

export function initialDesk(memory: DeskMemory | undefined): DeskState {
  const { filter = "", marked = [], focus = 0 } = memory ?? {};
  return { focus, group: 0, letter: 0, scroll: 0, marked: new Set(marked), filter, shown: [], details: new Map() };
}

export const idOf = ({ taskId, messageId }: DeadLetter) => taskId ?? messageId ?? "";

export function currentGroup({ loaded, group }: DeskState): LetterGroup | undefined {
  return loaded?.groups[group - 1];
}

export function currentLetter({ shown, letter }: DeskState): DeadLetter | undefined {
  return shown[letter];
}

/** @param memory where the user stood before: it is found again in what was loaded anew. */
export function reduceDesk(state: DeskState, event: DeskEvent, memory: DeskMemory | undefined): DeskState {
  switch (event.type) {
    case "scan":
      return { ...state, progress: event };
    case "problem":
      return { ...state, problem: event.message };
    case "detail":
      return { ...state, details: new Map([...state.details, [event.id, event.detail]]) };
    case "loaded": {
      const known = new Set(event.letters.map(idOf));
      const group = event.groups.findIndex(({ cause }) => cause.fingerprint === memory?.group) + 1;
      const marked = new Set([...state.marked].filter((id) => known.has(id)));
      const next = narrow({ ...state, loaded: event, group, marked });
      const letter = next.shown.findIndex((one) => idOf(one) === memory?.letter);
      return { ...next, letter: Math.max(0, letter) };
    }
  }
}

/** Chooses the letters that are shown. */
export function narrow(state: DeskState): DeskState {
  const { loaded, filter } = state;
  const fingerprint = currentGroup(state)?.cause.fingerprint;
  const wanted = filter.toLowerCase();
  const shown = (loaded?.letters ?? []).filter(
    (letter) =>
      (fingerprint === undefined || letter.cause.fingerprint === fingerprint) &&
      (wanted === "" || textOf(letter).includes(wanted)),
  );
  return { ...state, shown, letter: Math.min(state.letter, Math.max(0, shown.length - 1)), scroll: 0 };
}

function textOf({ taskId = "", messageId = "", prompt = "", cause }: DeadLetter): string {
  return `${taskId} ${messageId} ${prompt} ${describeCause(cause)} ${cause.fingerprint}`.toLowerCase();
}

export function memoryOf(state: DeskState): DeskMemory {
  const group = currentGroup(state)?.cause.fingerprint;
  const letter = currentLetter(state);
  return {
    ...(group === undefined ? {} : { group }),
    ...(letter ? { letter: idOf(letter) } : {}),
    marked: [...state.marked],
    filter: state.filter,
    focus: state.focus,
  };
}

/** What the next action is about. */
export interface Target {
  /** `12 marked`, `all 4,012`. */
  what: string;
  /** Words that name them. */
  words: string[];
  /** They are ids, not flags. */
  byId?: true;
  /** The one, when it is one. */
  id?: string;
}

/** Marked ones first; else what the cursor stands on: a cause, or a letter. */
export function targetOf(state: DeskState): Target | undefined {
  const { marked, focus, loaded } = state;
  const [first] = marked;
  if (first !== undefined)
    return {
      what: `${marked.size} marked`,
      words: [...marked],
      byId: true,
      ...(marked.size === 1 ? { id: first } : {}),
    };
  const group = currentGroup(state);
  if (focus === 0 && group)
    return { what: `the cause ${group.cause.fingerprint}`, words: ["--error", group.cause.fingerprint] };
  if (focus === 0) return loaded && loaded.letters.length > 0 ? { what: "all", words: [] } : undefined;
  const letter = currentLetter(state);
  return letter && { what: "this one", words: [idOf(letter)], byId: true, id: idOf(letter) };
}

/** An action: its key, and the command that it is. */
export interface Action {
  key: string;
  name: string;
  /** Absent: it needs exactly one letter, or any at all. */
  argv?: string[];
  /** What is typed first. */
  asks?: Typing["what"];
}

const CANARY = "10";

export function actionsOf(state: DeskState, { flags, place }: Pick<Desk, "flags" | "place">): Action[] {
  const target = targetOf(state);
  const named = target?.words ?? [];
  // An id may begin as a flag does.
  const behind = target?.byId && named.some((word) => word.startsWith("-"));
  const of = (words: string[], more: string[]) =>
    behind ? ["dlq", ...words, ...more, ...flags, "--", ...named] : ["dlq", ...words, ...named, ...more, ...flags];
  const some = (argv: string[]) => (target ? { argv } : {});
  return [
    { key: "r", name: "redrive", ...some(of(["redrive"], [])) },
    ...(place.type === "stage" ? [{ key: "c", name: "canary", ...some(of(["redrive"], ["--canary", CANARY])) }] : []),
    { key: "e", name: "replay, edited", ...(target?.id === undefined ? {} : { argv: of(["replay"], ["--edit"]) }) },
    {
      key: "s",
      name: "replay, set",
      asks: "set",
      ...some(of(["replay"], ["--set", typed(state, "set", "PATH=VALUE")])),
    },
    {
      key: "x",
      name: "export",
      asks: "export",
      ...some(of(["inspect"], ["--export", typed(state, "export", "FILE")])),
    },
  ];
}

function typed({ typing }: DeskState, what: Typing["what"], placeholder: string): string {
  return typing?.what === what && typing.text !== "" ? typing.text : placeholder;
}
