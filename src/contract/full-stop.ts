/** @returns the text as a sentence ends, whoever wrote it: with one full stop, or the mark that stands there already. */
export function fullStop(text: string): string {
  const trimmed = text.trimEnd();
  return /[.?!…]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
