import { parseSettings, type Settings } from "../contract/settings.ts";

let known: Settings | undefined;

/** @returns the settings of this environment, parsed at first use. @throws Error naming the variable that is wrong. */
export function runtimeSettings(): Settings {
  return (known ??= parseSettings(process.env));
}
