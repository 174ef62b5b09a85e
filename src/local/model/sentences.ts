/** A sentence and where it stood. */
export interface Sentence {
  text: string;
  /** First of its paragraph. */
  leads: boolean;
}

/** After these a full stop ends no sentence. */
const ABBREVIATION =
  /(?:^|[\s(])(?:e\.g|i\.e|cf|vs|Mr|Mrs|Ms|Dr|Prof|Inc|Ltd|Co|Corp|St|No|Nos|Fig|Sec|Art|Vol|pp?|approx|U\.S|U\.K|[A-Z])\.$/;

/** Lines beyond this many characters are whole paragraphs. */
const UNWRAPPED = 160;

const ENDS = /[.!?。！？]["'”’)\]]*$/;

/** Splits prose, Markdown or text taken from a PDF into its sentences; headings, tables, code and page numbers are left out. */
export function splitSentences(text: string): Sentence[] {
  const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });
  const sentences: Sentence[] = [];
  for (const paragraph of splitParagraphs(text)) {
    const parts = mergeAbbreviations(Array.from(segmenter.segment(paragraph), (part) => part.segment));
    for (const [index, part] of parts.entries()) {
      // A note's number, or what a page break left.
      const sentence = part.trim().replace(/^\d{1,2}\s+(?=\p{Lu})/u, "");
      if (ENDS.test(sentence)) sentences.push({ text: sentence, leads: index === 0 });
    }
  }
  return sentences;
}

function mergeAbbreviations(parts: string[]): string[] {
  const merged: string[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (last !== undefined && ABBREVIATION.test(last.trimEnd())) merged[merged.length - 1] = last + part;
    else merged.push(part);
  }
  return merged;
}

/** Joins the lines of each paragraph to one. */
function splitParagraphs(text: string): string[] {
  const lines = withoutRepeats(
    stripMarkup(text)
      .split("\n")
      .map((line) => line.trim()),
  );
  const lengths = lines.filter((line) => line !== "").map((line) => line.length);
  const usual = at(lengths, 0.5);
  const wrapped = at(lengths, 0.9) < UNWRAPPED;
  const paragraphs: string[] = [];
  let current = "";
  const end = () => {
    if (current) paragraphs.push(current);
    current = "";
  };
  for (const [index, line] of lines.entries()) {
    if (isFurniture(line)) {
      end();
      continue;
    }
    const item = /^(?:[-*•‣]|\d{1,3}[.)])\s+/.exec(line)?.[0] ?? "";
    if (item) end();
    const words = line.slice(item.length);
    // A word cut at the end of a line.
    current =
      /\p{L}-$/u.test(current) && /^\p{Ll}/u.test(words)
        ? current.slice(0, -1) + words
        : current
          ? `${current} ${words}`
          : words;
    if (!wrapped || looksLikeHeading(line, lines[index + 1] ?? "", usual)) end();
  }
  end();
  return paragraphs;
}

function stripMarkup(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/\u00ad/g, "")
    .replace(/^(```|~~~)[\s\S]*?^\1.*$/gm, "\n")
    .replace(/!\[[^\]]*\]\([^)]*\)/g, "")
    .replace(/\[([^\]]+)\]\([^)]*\)/g, "$1")
    .replace(/(\*\*|__|`)(.+?)\1/g, "$2");
}

/** Empty lines, headings, rules, tables, page numbers. */
function isFurniture(line: string): boolean {
  return (
    line === "" ||
    /^#{1,6}\s/.test(line) ||
    /^[-=_*|+\s]{3,}$/.test(line) ||
    /^\|.*\|$/.test(line) ||
    /^(page\s+)?\d+(\s*(of|\/)\s*\d+)?$/i.test(line)
  );
}

/** In text without blank lines, a short line without an end before one that begins anew. */
function looksLikeHeading(line: string, next: string, usual: number): boolean {
  return line.length < usual * 0.6 && !/[.,;:!?-]$/.test(line) && /^[\p{Lu}\p{N}]/u.test(next);
}

/** A page's head and foot come again on every page, but for their numbers. */
function withoutRepeats(lines: readonly string[]): string[] {
  const shape = (line: string) => line.replace(/\d+/g, "#");
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(shape(line), (counts.get(shape(line)) ?? 0) + 1);
  return lines.filter((line) => line === "" || (counts.get(shape(line)) ?? 0) < 3);
}

/** @returns the number at a share of the way from the least to the greatest. */
function at(numbers: readonly number[], share: number): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length * share)] ?? 0;
}
