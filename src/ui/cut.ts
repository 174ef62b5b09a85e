import { counted } from "../contract/counted.ts";

/** Most characters of a result or a body on a screen: some pages of it. */
export const SCREEN_TEXT = 20_000;
/** Where a command's whole texts are, whatever it shows. */
export const JSON_HAS_ALL = "--json has all of it";
/** Of one line of a log, or of a prompt. */
export const SCREEN_LINE = 2_000;

/**
 * @param whole where all of it can be had.
 * @returns a text that a screen can hold: a longer one is cut, and says how much is missing and where it is.
 */
export function cutText(text: string, most: number, whole: string): string {
  if (text.length <= most) return text;
  // Not within a character of two units.
  const shown = text.slice(0, most).replace(/[\uD800-\uDBFF]$/, "");
  return `${shown}… (${counted(text.length - shown.length, "more character")}: ${whole})`;
}
