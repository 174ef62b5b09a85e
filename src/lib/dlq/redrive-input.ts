import { namesAndFlags, shellWord } from "../../contract/shell-word.ts";
import { invocation } from "../installation.ts";
import type { Workplace } from "../services.ts";
import type { LetterFilter } from "./filter.ts";
import { filterWords } from "./filter-words.ts";
import { type LettersChoice, lettersFlags } from "./letters.ts";
import type { WatchInput } from "./watch/bounds.ts";

export interface RedriveInput {
  choice: LettersChoice;
  filter: Omit<LetterFilter, "where">;
  /** JMESPath over body and attributes. */
  where?: string;
  /** Also letters of which it is known that no attempt can succeed. */
  all: boolean;
  /** Another queue than those the letters came from: its name, URL or ARN. */
  to?: string;
  /** At most so many letters. */
  limit?: number;
  /** 1 to 500; absent: as fast as the service goes. */
  maxPerSecond?: number;
  /** Go on with a move of our own that did not end. */
  resume: boolean;
  /** Also follow the tasks to their end. */
  wait: boolean;
  /** What becomes of it when the service is at work on a move already; `only`: nothing else is meant. */
  attach: "follow" | "refuse" | "only";
  /** Go on only while first attempts succeed. */
  watch: WatchInput;
  /** Also when nothing is taken from the stage's queue. */
  whilePaused: boolean;
  /** Tell what would be done, and end. */
  dryRun: boolean;
  /** The plan's count is wanted, at the price of a look at the messages. */
  counting: boolean;
}

/** @returns how to go on. The same letters must be meant again: a move does not know what an earlier one was asked for. */
export function redriveCommand(input: RedriveInput, place: Workplace, more: string[]): string {
  const { canary, maxFailureRate, budgetUsd } = input.watch;
  const words = [
    ...filterWords(input.filter, input.where),
    ...(input.all ? ["--all"] : []),
    ...(input.whilePaused ? ["--while-paused"] : []),
    ...(input.to === undefined ? [] : ["--to", shellWord(input.to)]),
    ...(input.maxPerSecond === undefined ? [] : ["--rate", String(input.maxPerSecond)]),
    ...(canary === undefined ? [] : ["--canary", String(canary)]),
    ...(maxFailureRate === undefined ? [] : ["--max-failure-rate", `${maxFailureRate * 100}%`]),
    ...(budgetUsd === undefined ? [] : ["--budget", String(budgetUsd)]),
    ...(input.wait ? ["--wait"] : []),
    ...more,
  ];
  const flags = words.map((word) => ` ${word}`).join("") + lettersFlags(input.choice);
  return `${invocation(place.installation, place.cwd)} dlq redrive${namesAndFlags(input.filter.ids ?? [], flags)}`;
}
