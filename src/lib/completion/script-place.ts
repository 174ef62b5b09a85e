/** Where the words of a command line come from when the line itself does not say: the installation that wrote the script. */
export interface ScriptPlace {
  /** What prints the script again: `npx ai-pipeline`. */
  invocation: string;
  /** Absolute path of `bin/ai-pipeline.js`. */
  bin: string;
}

/** @returns the text as one word of a POSIX shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
