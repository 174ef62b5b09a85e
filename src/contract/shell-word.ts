/**
 * @returns a text as a POSIX shell takes it for one word, whoever chose it: what we print to be pasted must do nothing else.
 */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * @param names what a command is about: ids, files, people; one may begin as a flag does (`-Ab3_x9Qz`).
 * @param flags as they are printed, with a space before each.
 * @returns what follows a command that is printed: names, then flags; where a name looks like a flag, names last, after `--`.
 */
export function namesAndFlags(names: readonly string[], flags: string): string {
  const words = names.map((name) => ` ${shellWord(name)}`).join("");
  return names.some((name) => name.startsWith("-")) ? `${flags} --${words}` : `${words}${flags}`;
}
