import { shellWord } from "../contract/shell-word.ts";
import { isMarked } from "../contract/consumption.ts";
import type { StageDescription } from "../contract/description.ts";
import type { StageShown } from "../contract/operations/shared.ts";
import type { StageClient } from "../contract/ports.ts";
import { invocation } from "./installation.ts";
import type { Workplace } from "./services.ts";

/** Flags that say which stage is meant; every command that works on one has them. */
export interface StageChoice {
  stage?: string;
  app?: string;
  profile?: string;
  region?: string;
  endpointUrl?: string;
}

/**
 * Names the stage when that was asked for, and always when its tasks wait for a person: its consumption was changed by hand,
 * or its worker does not build or start. Nobody shall wait unknowing.
 */
export function* shown(
  client: StageClient,
  show: boolean,
  choice: StageChoice,
  place: Workplace,
  { broken, failing }: Pick<StageDescription, "broken" | "failing"> = {},
): Generator<StageShown> {
  const { ref, mark } = client;
  if (!show && !isMarked(mark) && broken === undefined && failing === undefined) return;
  yield {
    type: "stage",
    ref,
    ...(isMarked(mark) ? { consumption: mark } : {}),
    ...(mark.paused ? { resume: resumeCommand(choice, place) } : {}),
    ...(broken === undefined ? {} : { broken }),
    ...(failing === undefined ? {} : { failing }),
  };
}

/** @returns the command that takes messages again. */
export function resumeCommand(choice: StageChoice, place: Workplace): string {
  return `${invocation(place.installation, place.cwd)} resume${stageFlags(choice)}`;
}

/** @returns the words that name the same stage again. */
export function stageWords(choice: StageChoice): string[] {
  const flags: [string, string | undefined][] = [
    ["stage", choice.stage],
    ["app", choice.app],
    ["profile", choice.profile],
    ["region", choice.region],
    ["endpoint-url", choice.endpointUrl],
  ];
  return flags.flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value]));
}

/** @returns the flags that name the same stage again, with a space before each. */
export function stageFlags(choice: StageChoice): string {
  return stageWords(choice)
    .map((word) => ` ${shellWord(word)}`)
    .join("");
}
