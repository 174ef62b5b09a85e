/**
 * Whole escape sequences: a terminal's titles, links and other strings up to their end (or the line's, should that be
 * missing), commands with their parameters, and two-character ones. Of a part alone, letters and digits would be left.
 */
const SEQUENCES =
  /(?:\u001B[\]PX^_]|[\u009D\u0090\u0098\u009E\u009F])[^\u0007\u001B\u009C\n]*(?:\u0007|\u001B\\|\u009C)?|(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]?|\u001B[ -/]*[0-~]?/g;
/** Control characters but for tab and newline. */
const CONTROLS = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g;
/**
 * What is never seen but changes what is: directions of writing, invisible spaces and signs, tags. Joiners stay, for without
 * them some scripts and emoji are others.
 */
const INVISIBLE =
  /[\u00AD\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]/gu;

/**
 * @returns the text as a screen may show it: whoever wrote it cannot move the cursor, colour the terminal, or make one thing
 * look like another. Newlines and tabs stay.
 */
export function printable(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replaceAll(/[\u2028\u2029]/g, "\n")
    .replaceAll(SEQUENCES, "")
    .replaceAll(CONTROLS, "")
    .replaceAll(INVISIBLE, "");
}
