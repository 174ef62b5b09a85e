const UNIT =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]|[\p{L}\p{M}\p{N}]+|[^\s\p{L}\p{M}\p{N}]/gu;

/**
 * Counts tokens by rule, not by a vocabulary: a word is one token for every six characters begun, a CJK character and a
 * sign are one each, white space none. On English prose that is within about 10% of the usual four characters a token.
 */
export function countTokens(text: string): number {
  let tokens = 0;
  for (const [unit] of text.matchAll(UNIT)) tokens += Math.ceil(unit.length / 6);
  return tokens;
}

/** Cuts a text into words with the white space after them; joined, they are the text again. */
export function pieces(text: string): string[] {
  return text.match(/^\s+|\S+\s*/g) ?? [];
}

/** @returns the start of a text within a number of tokens, and whether that is less than all of it. */
export function limitTokens(text: string, limit: number | undefined): { text: string; cut: boolean } {
  if (limit === undefined) return { text, cut: false };
  let kept = "";
  let tokens = 0;
  for (const piece of pieces(text)) {
    tokens += countTokens(piece);
    if (tokens > limit) return { text: kept, cut: true };
    kept += piece;
  }
  return { text, cut: false };
}
