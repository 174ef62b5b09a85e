/**
 * @returns a text as a POSIX shell takes it for one word, whoever chose it: what we print to be pasted must do nothing else.
 */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
