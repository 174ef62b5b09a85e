const STOP = new Set(
  (
    "a about above after again against all also am an and any are as at be because been before being below between both but by can " +
    "could did do does doing down during each few for from further had has have having he her here hers him his how however i if in " +
    "into is it its itself just may me might more most must my no nor not now of off on once only or other our out over own per same " +
    "shall she should so some such than that the their them then there these they this those through to too under until up upon very " +
    "was we were what when where which while who whom why will with would you your"
  ).split(" "),
);

/** @returns the words of a text that carry meaning, in lower case, plurals and the commonest endings cut. */
export function contentWords(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}'’]*/gu) ?? [];
  return words.filter((word) => word.length > 2 && !STOP.has(word)).map(stem);
}

export function countWords(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}

function stem(word: string): string {
  const bare = word.replace(/['’]s?$/, "");
  if (bare.length > 5 && bare.endsWith("ies")) return `${bare.slice(0, -3)}y`;
  return bare
    .replace(/^(.{3,})ing$/, "$1")
    .replace(/^(.{3,})ed$/, "$1")
    .replace(/^(.{3,}[^s])s$/, "$1")
    .replace(/^(.{3,})e$/, "$1");
}
