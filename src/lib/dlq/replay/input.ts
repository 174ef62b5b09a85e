import { namesAndFlags, shellWord } from "../../../contract/shell-word.ts";
import { invocation } from "../../installation.ts";
import type { Workplace } from "../../services.ts";
import type { LetterFilter } from "../filter.ts";
import { type LettersChoice, lettersFlags } from "../letters.ts";
import { filterWords } from "../filter-words.ts";
import type { BodyChange } from "./change.ts";
import type { Editor } from "./edit.ts";

export interface ReplayInput {
  choice: LettersChoice;
  filter: Omit<LetterFilter, "where">;
  /** JMESPath over body and attributes. */
  where?: string;
  change: BodyChange;
  /** As the command line says the change, to say it again. */
  words: string[];
  edit?: Editor;
  /** A queue (name, URL or ARN), or a stage of the same app. */
  to?: string;
  /** The originals stay. */
  keep: boolean;
  limit?: number;
  maxPerSecond?: number;
  resume: boolean;
  wait: boolean;
  whilePaused: boolean;
  dryRun: boolean;
}

/** @returns the command that does it again. @param changed words that say the change, in place of those that did. */
export function replayCommand(input: ReplayInput, place: Workplace, changed: string[], more: string[] = []): string {
  const words = [
    ...filterWords(input.filter, input.where),
    ...changed,
    ...(input.to === undefined ? [] : ["--to", shellWord(input.to)]),
    ...(input.keep ? ["--keep"] : []),
    ...(input.maxPerSecond === undefined ? [] : ["--rate", String(input.maxPerSecond)]),
    ...(input.whilePaused ? ["--while-paused"] : []),
    ...(input.wait ? ["--wait"] : []),
    ...more,
  ];
  const flags = words.map((word) => ` ${word}`).join("") + lettersFlags(input.choice);
  return `${invocation(place.installation, place.cwd)} dlq replay${namesAndFlags(input.filter.ids ?? [], flags)}`;
}
