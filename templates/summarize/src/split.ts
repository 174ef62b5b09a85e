/**
 * Cuts a text into parts of at most `limit` characters, at the end of a paragraph where there is one, else of a sentence,
 * else of a word.
 */
export function split(text: string, limit: number): string[] {
  const parts: string[] = [];
  let rest = text.trim();
  while (rest.length > limit) {
    const window = rest.slice(0, limit);
    const end = [window.lastIndexOf("\n\n"), window.lastIndexOf(". ") + 1, window.lastIndexOf(" ")].find(
      (place) => place > limit / 2,
    );
    const cut = end ?? limit;
    parts.push(rest.slice(0, cut).trim());
    rest = rest.slice(cut).trim();
  }
  if (rest !== "") parts.push(rest);
  return parts;
}
